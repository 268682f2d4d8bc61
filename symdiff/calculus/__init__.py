"""Derivatives of formulas: what users call, each kind in a module of its own."""
