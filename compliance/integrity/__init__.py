"""Proof that a report folder is whole: its manifest, its signature, and their verification.

The manifest is an in-toto Statement v1 (https://github.com/in-toto/attestation), the signature
a DSSE envelope around its bytes (https://github.com/secure-systems-lab/dsse).
"""
