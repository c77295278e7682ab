"""The architecture as a picture: what the stack is made of and how its parts speak.

`kinds` says what is a part, `graph` finds parts and ways between them in the evidence, `layers`
orders them, `placement` gives them places, `picture` draws them.
"""
