"""Passes that read: what is reachable, symbols, substitution, export.  One loop each, in id order.

`reach` reads the store only near what it finds, so a pass over a small expression costs its size, not the
store's.
"""

from __future__ import annotations

from librt.vecs import append, extend, vec
from mypy_extensions import i32, i64

from symdiff.core.build import instantiate, rebuild
from symdiff.core.order import ascending
from symdiff.core.store import CALL, SYM, Store


def reach(s: Store, roots: vec[i32], whole: bool = False) -> vec[i32]:
    """Every node the roots reach, ascending; `s.slot[i]` is the place of node i in it until the next call.

    whole: what is below calls that are differentiated as wholes is not looked for.
    """
    epoch = i32(s.next_epoch())
    mark = s.mark
    slot = s.slot
    op = s.op
    start = s.start
    pool = s.pool
    queue = s.zeros(i64(len(roots)) + 64)  # what is marked and may lie below `limit`
    known: i64 = 0
    high: i64 = -1
    k: i64 = 0
    while k < i64(len(roots)):
        root = i64(roots[k])
        k += 1
        if mark[root] != epoch:
            mark[root] = epoch
            queue[known] = i32(root)
            known += 1
            high = max(high, root)
    # Downwards from the highest while nodes are dense, so that memory is read in order; parents come first.
    # What is left, at `limit` and below, is then followed from the queue, and sorted when all of it is known.
    # Dense: at most 8 nodes for each one that is reached, and no gap that is long for what was found by then.
    node = high
    seen: i64 = 0
    marked = known
    most = high - 32
    limit = most
    while seen < marked and node > limit:
        i = node
        node -= 1
        if mark[i] != epoch:
            continue
        seen += 1
        most -= 8
        limit = max(most, node - 16 - (seen >> 4))
        o = i64(op[i])
        if o <= SYM or (whole and o >= CALL and s.is_whole(o)):
            continue
        k = i64(start[i])
        end = i64(start[i + 1])
        while k < end:
            c = i64(pool[k])
            k += 1
            if mark[c] != epoch:
                mark[c] = epoch
                marked += 1
                if c <= limit:
                    if known == i64(len(queue)):
                        queue = extend(queue, queue)
                    queue[known] = i32(c)
                    known += 1
    left: i64 = 0
    if seen < marked:
        k = 0
        while k < known:
            if i64(queue[k]) <= node:
                queue[left] = queue[k]
                left += 1
            k += 1
        known = left
        left = 0
        while left < known:
            i = i64(queue[left])
            left += 1
            o = i64(op[i])
            if o <= SYM or (whole and o >= CALL and s.is_whole(o)):
                continue
            k = i64(start[i])
            end = i64(start[i + 1])
            while k < end:
                c = i64(pool[k])
                k += 1
                if mark[c] != epoch:
                    mark[c] = epoch
                    if known == i64(len(queue)):
                        queue = extend(queue, queue)
                    queue[known] = i32(c)
                    known += 1
    found = s.zeros(seen)
    at: i64 = 0
    if left > 0:
        below = ascending(queue[:left])
        while at < left:
            slot[i64(below[at])] = i32(at)
            at += 1
        found = extend(below, found)
    while node < high:
        node += 1
        if mark[node] == epoch:
            slot[node] = i32(at)
            found[at] = i32(node)
            at += 1
    return found


def reach_list(s: Store, roots: list[int]) -> list[int]:
    return [int(i) for i in reach(s, vec[i32]([i32(r) for r in roots]))]


def is_typed(name: str) -> bool:
    """Whether it is the name of a variable, not one that the core has given."""
    return name >= " "


def symbols(s: Store, roots: list[int]) -> list[int]:
    """The variables that the roots reach, by name."""
    found = [i for i in reach_list(s, roots) if s.op[i64(i)] == SYM and is_typed(s.name(i64(i)))]
    return sorted(found, key=s.name)


def substitute(
    s: Store,
    root: int,
    old: list[int],
    new: list[int],
    formulas: dict[int, tuple[vec[i32], list[int]]] | None = None,
) -> int:
    """root with each old node replaced by its new one, all at once, rebuilt by the constructors.

    formulas: by call, what to build in its place: a template, over the call's children and further nodes.
    """
    ids = reach(s, vec[i32]([i32(root)]))
    n = i64(len(ids))
    out = vec[i32](ids)
    changed = s.zeros(n)
    places: dict[int, int] = {}
    for k in range(len(old)):
        places[old[k]] = new[k]
    i: i64 = 0
    while i < n:  # the constructors do not call reach, so the slots stay valid
        node = i64(ids[i])
        replacement = places.get(int(node), -1)
        flag: i32 = 0
        if replacement >= 0:
            out[i] = i32(replacement)
            flag = 1
        elif s.op[node] > SYM:
            k2 = i64(s.start[node])
            end = i64(s.start[node + 1])
            args = vec[i32](capacity=end - k2)
            while k2 < end:
                c = i64(s.slot[i64(s.pool[k2])])
                args = append(args, out[c])
                if changed[c] != 0:
                    flag = 1
                k2 += 1
            if formulas is not None and int(node) in formulas:
                code, more = formulas[int(node)]
                for extra in more:
                    args = append(args, i32(extra))
                out[i] = i32(instantiate(s, code, args))
                flag = 1
            elif flag != 0:
                out[i] = i32(rebuild(s, i64(s.op[node]), args))
        changed[i] = flag
        i += 1
    return int(out[n - 1])


def export(s: Store, roots: list[int]) -> tuple[list[int], list[int], list[tuple[int, ...]], list[int]]:
    """What the roots reach as plain lists: ids, operations, children by place, places of the roots.

    Children come first, each as soon as the first parent wants it: an order that follows from the structure
    of the roots alone, where the order of ids follows from history.
    """
    epoch = i32(s.next_epoch())
    mark = s.mark
    slot = s.slot
    nodes: list[int] = []
    ops: list[int] = []
    children: list[tuple[int, ...]] = []
    stack = vec[i32]([i32(r) for r in reversed(roots)])
    top = i64(len(stack))
    while top > 0:
        node = i64(stack[top - 1])
        if mark[node] == epoch:
            top -= 1
            continue
        waiting = False
        if s.op[node] > SYM:
            k = i64(s.start[node + 1]) - 1
            low = i64(s.start[node])
            while k >= low:
                c = s.pool[k]
                k -= 1
                if mark[i64(c)] != epoch:
                    waiting = True
                    if top < i64(len(stack)):
                        stack[top] = c
                    else:
                        stack = append(stack, c)
                    top += 1
        if waiting:
            continue
        top -= 1
        mark[node] = epoch
        slot[node] = i32(len(nodes))
        nodes.append(int(node))
        ops.append(int(s.op[node]))
        children.append(tuple([int(slot[i64(c)]) for c in s.children(node)]))
    return nodes, ops, children, [int(slot[i64(r)]) for r in roots]


def rebuild_all(s: Store, ops: list[int], children: list[tuple[int, ...]], leaves: list[int]) -> list[int]:
    """The nodes of an exported graph: leaves[i] is the node of leaf i, children are places before it."""
    out: list[int] = []
    for i in range(len(ops)):
        if ops[i] <= SYM:
            out.append(leaves[i])
        else:
            args = vec[i32]([i32(out[c]) for c in children[i]])
            out.append(int(s.intern(i64(ops[i]), args)))
    return out


def rebuild_node(s: Store, op: int, args: list[int]) -> int:
    """The canonical node of an operation over children."""
    return int(rebuild(s, i64(op), vec[i32]([i32(a) for a in args])))
