"""Has nothing that a rule could be for."""

import pulumi


class Greeting(pulumi.ComponentResource):
    """A component without children."""

    def __init__(self, name: str) -> None:
        super().__init__("acme:index:Greeting", name)
        self.register_outputs({"text": "hello"})


Greeting("hello")
pulumi.export("greeting", "hello")
