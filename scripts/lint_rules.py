"""The rules of the house that the compiler and swift-format cannot hold: who may import whom, words that must not occur,
doc comments on what other targets see. Standard library only. Prints `file:line: rule: explanation`; exit 1 on any."""

import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASELINE = ROOT / "scripts" / "lint-baseline.json"

# --- Who may import whom -------------------------------------------------------------------------------------------

# The core may import exactly what is listed (and the standard library's own modules).
CORE = {
    "Primitives": set(),
    "Ledger": {"Primitives"},
    "Payments": {"Ledger", "Primitives"},
    "Ports": {"Payments", "Ledger", "Primitives"},
    "Engine": {"Ports", "Payments", "Ledger", "Primitives"},
    "SQLStore": {"Ports", "Payments", "Ledger", "Primitives"},
    "AdminContract": {"Foundation"},  # for its JSON coder only
}
STANDARD_LIBRARY = {"Swift", "Synchronization", "_Concurrency"}

# Concrete adapters, and who may name each one. FlorinRuntime may name them all.
CONCRETE = {
    "OpenSSLVault": set(),
    "SQLiteDriver": {"SandboxAcquirer"},
    "PostgresDriver": set(),
    "SandboxProcessor": {"SandboxAcquirer", "florin-sandbox"},
    "SandboxAcquirer": {"florin-sandbox"},
    "SQLStore": {"SQLiteDriver", "PostgresDriver", "SandboxAcquirer", "FlorinTesting"},
    "ProcessorKit": {"SandboxProcessor", "SandboxAcquirer", "StripeProcessor", "BraintreeProcessor", "PayPalProcessor", "ProcessorSimulators", "florin-simulators", "SimulatorTesting"},
}
NEVER_ENGINE = {"WireKit", "Instruments", "Observability", "SQLiteDriver", "PostgresDriver", "OpenSSLVault", "ProcessorKit", "SandboxProcessor", "SandboxAcquirer", "StripeProcessor", "BraintreeProcessor", "PayPalProcessor"}
OURS = set(CORE) | set(CONCRETE) | {"TelegramSurface", "MessengerSurface", "WebSurface", "HTTPSFront", "AdminSocket", "FlorinRuntime", "FlorinTesting", "SimulatorTesting"}
COMPOSITION = {"FlorinRuntime", "florin-bench", "florin-torture"}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)"
)


def target_of(path):
    """The target that a file under Sources belongs to."""
    parts = path.relative_to(ROOT / "Sources").parts
    if parts[0] in ("Processors", "Surfaces"):
        return parts[1] + ("Processor" if parts[0] == "Processors" else "Surface")
    return parts[0]


def import_problem(target, module):
    if target in CORE:
        if module not in CORE[target] | STANDARD_LIBRARY:
            return f"{target} may import only {', '.join(sorted(CORE[target])) or 'the standard library'}"
        return None
    if target in NEVER_ENGINE | {m for m in OURS if m.endswith("Surface")} and module in ("Engine", "HTTPSFront", "AdminSocket"):
        return f"{target} is an adapter: it knows Ports, never {module}"
    if target == "florinctl" and module in OURS - {"AdminContract"}:
        return "florinctl speaks to the daemon through AdminContract alone"
    named_elsewhere = module in CONCRETE or (module in OURS and module.endswith(("Processor", "Surface")))
    if named_elsewhere and target not in COMPOSITION and target not in CONCRETE.get(module, set()):
        return f"only FlorinRuntime names {module}"
    return None


def check_imports(path, target, lines):
    for number, line in enumerate(lines, 1):
        match = IMPORT.match(line)
        if match and (problem := import_problem(target, match.group(1))):
            yield number, "import", f"{match.group(1)}: {problem}"


# --- Words that must not occur --------------------------------------------------------------------------------------

MONEY = {"Primitives", "Ledger", "Payments", "Ports", "Engine", "SQLStore", "HTTPSFront"}
FORBIDDEN = [
    (re.compile(r"\btry!"), "try! traps on what a caller, a processor or the disk supplies: throw instead", None),
    (re.compile(r"\bas!"), "as! traps: use as? and a typed error", None),
    (re.compile(r"\bfatalError\("), "fatalError ends every payment in flight: throw instead", None),
    (re.compile(r"\b(?:Double|Float|Float16|Float32|Float64|Decimal)\b"), "no floating point near money", MONEY),
    (
        re.compile(r"\blogger\.(?:trace|debug|info|notice|warning|error|critical)\("),
        "say(_:_:) takes only what may be logged: ids, numbers, cases, words of ours",
        {"Engine", "HTTPListener", "HTTPSFront", "AdminSocket", "FlorinRuntime"},
    ),
    (re.compile(r"\bTask\s*(?:\.detached\s*)?\{"), "no task without an owner: use a service or a task group", MONEY),
]
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX)\b")
ALLOWED = re.compile(r"lint:allow\((?P<word>[^)]+)\)\s*\S+")  # `// lint:allow(Double) seconds for a log line`


def without_comment(line):
    """The code of a line. Rough on purpose: a `//` right after a colon is taken for part of a URL in a string."""
    match = re.search(r"(?<!:)//", line)
    return line[: match.start()] if match else line


def check_words(path, target, lines):
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield number, "unfinished", "name it in docs/status.md instead"
        code = without_comment(line)
        allowed = ALLOWED.search(line)
        for pattern, why, where in FORBIDDEN:
            found = pattern.search(code)
            if found and (where is None or target in where):
                if not (allowed and allowed["word"] in found.group(0)):
                    yield number, "word", f"{found.group(0).strip()}: {why}"


# --- Paths of somebody's machine -------------------------------------------------------------------------------------

SYSTEM_FOLDERS = {"/", "/usr", "/usr/src", "/usr/local", "/opt", "/srv", "/home", "/var", "/var/lib", "/mnt", "/etc"}


def machine_paths():
    """Folders that only exist where this checkout happens to be: the checkout, those above it, and the home folder."""
    found = {str(ROOT), str(ROOT.parent), str(ROOT.parent.parent), os.path.expanduser("~")} - SYSTEM_FOLDERS
    return re.compile(r"(?<![\w.$}~-])(?:" + "|".join(map(re.escape, sorted(found))) + r"|/home/\w+|/Users/\w+)(?=/)")


def check_machine_paths():
    pattern = machine_paths()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        try:
            text = (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if match := pattern.search(line):
                yield f"{name}:{number}: path: {match.group(0)} exists on one machine only"


# --- Doc comments ------------------------------------------------------------------------------------------------------

DECLARATION = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:package|public|open)\s+(?:(?:static|class|final|indirect|mutating|nonmutating|nonisolated"
    r"|consuming|borrowing|override|required|convenience|lazy|weak|unowned|private\(set\)|internal\(set\)|package\(set\)"
    r"|prefix|postfix|infix)(?:\([a-z]+\))?\s+)*"
    r"(?P<kind>struct|enum|class|actor|protocol|func|init|subscript|typealias|let|var|macro)\b\??\s*(?P<name>[\w`]+|[^\s\w(]+)?"
)
# Requirements of well-known protocols: their meaning is the protocol's. Those of our own protocols are read from Sources.
KNOWN_PROTOCOLS = {
    "Equatable": {"=="}, "Comparable": {"<", "=="}, "Hashable": {"hash", "=="}, "CaseIterable": {"allCases"},
    "CustomStringConvertible": {"description"}, "CustomDebugStringConvertible": {"debugDescription"},
    "CustomReflectable": {"customMirror"}, "LocalizedError": {"errorDescription"},
    "Sequence": {"makeIterator"}, "IteratorProtocol": {"next"}, "AsyncSequence": {"makeAsyncIterator"},
    "AsyncIteratorProtocol": {"next"}, "RandomNumberGenerator": {"next"}, "RawRepresentable": {"rawValue"},
    "Service": {"run"}, "AsyncParsableCommand": {"run", "configuration"}, "ParsableCommand": {"run", "configuration"},
    "TaskExecutor": {"enqueue"}, "Encodable": {"encode"}, "Codable": {"encode"}, "LogHandler": {"log"},
    "ChannelInboundHandler": {"channelRead", "channelActive", "channelInactive", "errorCaught", "userInboundEventTriggered",
                              "handlerAdded", "handlerRemoved", "channelReadComplete"},
}
PROTOCOL = re.compile(r"^\s*(?:(?:package|public)\s+)?protocol\s+(\w+)\s*(?::\s*([^{]+))?\{")
REQUIREMENT = re.compile(r"^\s*(?:@\w+\s+)*(?:static\s+|mutating\s+)*(?:func|var|subscript|init)\b\s*(\w+)?")
CONFORMING = re.compile(
    r"^\s*(?:@[\w(), ]+\s+)*(?:(?:package|public|private|fileprivate|final|indirect)\s+)*"
    r"(?:struct|enum|class|actor|extension)\s+[\w.]+(?:<[^>]*>)?\s*:\s*([^{]+)"
)


def protocol_requirements(files):
    """Names that each protocol of ours requires, with those of the protocols it refines."""
    required, refines = {name: set(names) for name, names in KNOWN_PROTOCOLS.items()}, {}
    for lines in files.values():
        current = None
        for line in lines:
            if match := PROTOCOL.match(line):
                current = None if line.rstrip().endswith("}") else match[1]
                required.setdefault(match[1], set())
                refines[match[1]] = set(re.findall(r"\w+", match[2] or ""))
            elif current and line.startswith("}"):
                current = None
            elif current and (match := REQUIREMENT.match(line)):
                required[current].add(match[1] or "init")
    for _ in refines:  # To a fixed point: chains of refinement are short.
        for name, parents in refines.items():
            required[name] |= set().union(*(required.get(parent, set()) for parent in parents))
    return required


def witnesses(lines, required):
    """Names in this file whose meaning is that of a protocol some type here conforms to."""
    found = set()
    for line in lines:
        if match := CONFORMING.match(line):
            for name in re.findall(r"\w+", match[1]):
                found |= required.get(name, set())
    return found


def is_plain_initialiser(lines, index):
    """Whether the initialiser only stores its parameters, so that the properties' comments say it all."""
    depth, opened = 0, False
    for line in lines[index : index + 60]:
        code = without_comment(line)
        if opened and (body := code.strip().rstrip("}").strip()):
            if not re.fullmatch(r"(?:self\.(\w+) = \w+;?\s*)+", body):
                return False
        if not opened and "{" in code:
            opened = True
            inside = code.split("{", 1)[1].rsplit("}", 1)[0].strip()
            if inside and not re.fullmatch(r"(?:self\.\w+ = \w+;?\s*)+", inside):
                return False
        depth += code.count("{") - code.count("}")
        if opened and depth <= 0:
            return True
    return False


def is_one_line(line):
    code = without_comment(line)
    return code.count("{") == code.count("}") and code.count("(") == code.count(")")


def speaks_for_itself(match, lines, index, fulfilled):
    """A comment that repeats the name helps nobody: properties, aliases and enums of one line, initialisers that only
    store what they are given, members whose meaning is that of the protocol they fulfil."""
    if match["name"] in fulfilled:
        return True
    if match["kind"] in ("let", "var", "typealias") and is_one_line(lines[index]):
        return True
    if match["kind"] == "enum" and lines[index].rstrip().endswith("}"):
        return True
    return match["kind"] == "init" and is_plain_initialiser(lines, index)


def undocumented(lines, fulfilled):
    """Line numbers and names of declarations without a comment. One-line declarations that follow each other without a
    blank line share the comment above the first; overloads in one file share the comment of any."""
    missing, documented = [], set()
    for index, line in enumerate(lines):
        match = DECLARATION.match(line)
        if not match or speaks_for_itself(match, lines, index, fulfilled):
            continue
        above = index - 1
        while above >= 0 and (
            re.match(r"^\s*(?:@|#if|#else|#elseif)", lines[above])
            or (DECLARATION.match(lines[above]) and is_one_line(lines[above]))
        ):
            above -= 1
        name = f"{match['kind']} {match['name'] or ''}".strip()
        if above >= 0 and lines[above].lstrip().startswith("///"):
            documented.add(name)
        else:
            missing.append((index + 1, name))
    return [(number, name) for number, name in missing if not (name.startswith("func ") and name in documented)]


def check_comments(counts, baseline):
    """A ratchet for each target: the number of undocumented declarations may fall and never rise."""
    for key in sorted(set(counts) | set(baseline)):
        found, allowed = counts.get(key, []), baseline.get(key, 0)
        if len(found) > allowed:
            yield from (f"{place}: comment: {name} has none" for place, name in found)
            yield f"{key}: {len(found)} without a doc comment, {allowed} allowed"
        elif len(found) < allowed:
            yield f"{key}: only {len(found)} without a doc comment, {allowed} allowed: run scripts/lint --update-baseline"


def main():
    problems, counts = [], {}
    files = {path: path.read_text().splitlines() for path in sorted((ROOT / "Sources").rglob("*.swift"))}
    required = protocol_requirements(files)
    for path, lines in files.items():
        name, target = path.relative_to(ROOT), target_of(path)
        for check in (check_imports, check_words):
            problems += [f"{name}:{number}: {rule}: {text}" for number, rule, text in check(path, target, lines)]
        for number, text in undocumented(lines, witnesses(lines, required)):
            counts.setdefault(target, []).append((f"{name}:{number}", text))
    problems += check_machine_paths()
    if "--update-baseline" in sys.argv:
        BASELINE.write_text(json.dumps({key: len(found) for key, found in sorted(counts.items())}, indent=2) + "\n")
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    problems += check_comments(counts, baseline)
    print("\n".join(problems) if problems else "house rules: clean")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
