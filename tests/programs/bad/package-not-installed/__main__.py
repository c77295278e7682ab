"""Uses a package that its requirements name, and that nobody installed here."""

import pulumi_acme_naming as naming
import pulumi_aws as aws

aws.sqs.Queue("intake", name=naming.unique("intake"))
