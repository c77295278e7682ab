"""The proof that the rules work: every weakening change of a compliant stack, one at a time.

The stack comes from the offline engine once. Each change is made on its data, all rules judge
what comes of it, and the report says which of them caught it (a new failure, or a result that
is no longer decided) and which changes survived. What weakens is said by data files that the
rules do not read (:mod:`compliance.proof.classification`), and by what is true of every IAM
document, secret and limit between resources.
"""
