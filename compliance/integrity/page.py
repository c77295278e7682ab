"""What `compliance verify` prints: each problem, what the proof covers, the verdict last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from compliance.integrity.manifest import Claims, Manifest
from compliance.integrity.names import REPORT, shown
from compliance.integrity.verification import Problem, Signature, Verification
from compliance.wording import plural

_WIDTH: Final = 14


def page(found: Verification, *, quiet: bool = False) -> RenderableType:
    """The whole answer; with `quiet` the problems and the verdict only."""
    blocks = [_problem(each) for each in found.problems]
    if not quiet:
        blocks.extend(_made_from(found.manifest))
        blocks.extend(Text(f"note: {each}", style="dim") for each in _reach(found))
    blocks.append(_verdict(found))
    return Group(*blocks)


def _problem(problem: Problem) -> Text:
    return Text.assemble(
        (problem.kind.upper(), "bold red"), f"  {shown(problem.file)}: {problem.text}"
    )


def _made_from(manifest: Manifest) -> Iterator[Text]:
    """What the report says that it was made from; an auditor can compare it with the originals."""
    claims = manifest.claims
    when = f"at {claims.evaluated_at}" if claims.evaluated_at else "time not recorded"
    for label, value in (
        ("verdict", claims.verdict),
        ("evaluated", f"{claims.engine} engine, as of {claims.as_of}, {when}"),
        ("program", claims.program),
        ("rules", f"{claims.pack} ({claims.pack_name} {claims.pack_version})"),
        ("configuration", claims.configuration),
        *_files_used(claims),
    ):
        yield Text(f"{label:{_WIDTH}}{shown(value)}", style="dim")


def _files_used(claims: Claims) -> Iterator[tuple[str, str]]:
    for label, file in (("waivers", claims.waivers), ("attestations", claims.attestations)):
        if file is not None:
            yield label, f"{file.digest} ({file.name})"


def _reach(found: Verification) -> Iterator[str]:
    """What is proved, and what is not."""
    if not found.compared:
        yield f"there is no {REPORT} among the files: the manifest was compared with no report"
    match found.signature:
        case Signature.GOOD:
            yield (
                f"signed with the key {found.key}: the signature covers the bytes of the manifest, "
                "and by its digests every file that it lists, and which program, rules, "
                "configuration and exceptions the report speaks of"
            )
            yield (
                "it does not say who held the key, that the rules are right, that this program "
                "is what is deployed, or that there is no newer report"
            )
        case Signature.NOT_CHECKED:
            yield (
                f"the signature was not checked; it names the key {found.key}: "
                "check it with --key PUBLIC_KEY, from whom you trust, not from this folder"
            )
        case Signature.NONE:
            yield (
                "not signed: the files agree with their manifest, but who can edit a file can "
                "edit the manifest too; only a signature proves more (`compliance gate --sign`)"
            )
        case Signature.BAD:
            yield "the signature proves nothing"


def _verdict(found: Verification) -> Text:
    claims = found.manifest.claims
    subject = f"  {shown(claims.project)} ({shown(claims.stack)}): "
    if found.problems:
        return Text.assemble(
            ("NOT WHOLE", "bold red"),
            f"{subject}{plural(len(found.problems), 'problem')}; do not rely on this report, "
            "get it again from where it was made",
        )
    count = plural(len(found.manifest.files), "file")
    return Text.assemble(
        ("WHOLE", "bold green"),
        f"{subject}{count} as listed, nothing missing, nothing added{_and_signed(found.signature)}",
    )


def _and_signed(signature: Signature) -> str:
    return {
        Signature.GOOD: "; signature good",
        Signature.NOT_CHECKED: "; signature not checked",
    }.get(signature, "; not signed")
