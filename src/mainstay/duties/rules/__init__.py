"""Pure rules of duties: editions, the shapes of what is judged, predicates, judging, reconciling.

No Django, no clock; every function here can be checked by hand.
"""
