"""The syntax of formulas: grammars and nothing else."""
