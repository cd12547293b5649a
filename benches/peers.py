#!/usr/bin/env python3
"""pampax beside other tools that search code offline, on one tree in one run, as ratios.

    cargo build --release --workspace
    python3 -m venv VENV && VENV/bin/pip install semble
    python3 benches/peers.py [TREE] [--venv VENV] [--rounds N] [--out FILE.json]

TREE is by default the tree of 5,000 files that `cargo bench --bench scale` makes. What is compared:

- `pampax`: the built program with its defaults, the cache of answers off; warm searches go through `pampax search --queries -`.
- `semble`: its Python library and its program as a user has them, code only, as is its default, with four processes that cut
  files, as is its program's default. Its model is downloaded where a network is; here a model of random vectors takes its
  place, and the ranking is told to leave vectors out (BM25 and semble's ranking).
- `rg`: ripgrep for any of the words of the question that have four letters or more. It has no index and no order.
- `cindex` and `csearch`: Google's codesearch, for the longest word, where they are installed.

Questions are made from the tree's own doc comments. Each answer must hold something; how often the right file is among the
first ten is told. Tools take turns, so that whatever else the machine does meets all of them.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
PAMPAX = HERE / "target/release/pampax"
QUESTIONS = 40
ONE_SHOTS = 10


def main():
    if sys.argv[1:2] == ["--semble"]:
        return serve_semble(Path(sys.argv[2]))
    arguments = parsed()
    with tempfile.TemporaryDirectory() as scratch:
        peers = [Pampax(arguments.tree, Path(scratch))]
        peers += [Semble(arguments.tree, Path(scratch), arguments.venv)] if arguments.venv else []
        peers += [Ripgrep(arguments.tree)] if shutil.which("rg") else []
        peers += [Codesearch(arguments.tree, Path(scratch))] if shutil.which("cindex") else []
        rows = measured(peers, arguments.rounds)
    print(table(rows))
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps({"tree": arguments.tree.name, "rows": rows}, indent=2) + "\n")


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", nargs="?", type=Path, default=HERE / "target/corpus/packages-5000")
    parser.add_argument("--venv", type=Path, help="a virtual environment with semble; without one it is left out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    arguments.tree = arguments.tree.resolve()
    for needed in (PAMPAX, arguments.tree):
        if not needed.exists():
            sys.exit(f"{needed} is missing")
    return arguments


def measured(peers, rounds):
    """The rows of all tools: each time is the median over rounds, or over questions and rounds."""
    colds = {peer.name: [] for peer in peers}
    for _ in range(rounds):
        for peer in peers:
            colds[peer.name].append(peer.cold())
    questions = peers[0].questions()
    kinds = {"warm": len(questions), "one_shot": ONE_SHOTS}
    times = {(peer.name, kind): [] for peer in peers for kind in kinds}
    right = {peer.name: 0 for peer in peers}
    for peer in peers:
        peer.warm(questions[0][0])
    for number in range(rounds):
        for kind, count in kinds.items():
            for text, target in questions[:count]:
                for peer in peers:
                    seconds, paths = getattr(peer, kind)(text)
                    if not paths:
                        sys.exit(f"{peer.name} finds nothing for {text!r}")
                    times[peer.name, kind].append(seconds)
                    right[peer.name] += kind == "warm" and number == 0 and target in paths[:10]
    base = {"cold": statistics.median(colds["pampax"])}
    base |= {kind: statistics.median(times["pampax", kind]) for kind in kinds}
    rows = []
    for peer in peers:
        values = {"cold": colds[peer.name], **{kind: times[peer.name, kind] for kind in kinds}}
        row = {"tool": peer.name, "right_in_ten": right[peer.name] / len(questions) if peer.is_ranked else None}
        for kind, samples in values.items():
            taken = [sample for sample in samples if sample is not None]
            row[f"{kind}_s"] = statistics.median(taken) if taken else None
            row[f"{kind}_ratio"] = row[f"{kind}_s"] / base[kind] if taken else None
        rows.append(row)
        peer.close()
    return rows


def table(rows):
    lines = ["| against pampax | cold index | search, index open | search in a new process | right file in ten |", "|---|---|---|---|---|"]
    for row in rows:
        cells = [f"{row[kind]:.2f} ×" if row[kind] else "none" for kind in ("cold_ratio", "warm_ratio", "one_shot_ratio")]
        right = "not ordered" if row["right_in_ten"] is None else f"{row['right_in_ten']:.2f}"
        lines.append(f"| {row['tool']} | {' | '.join(cells)} | {right} |")
    return "\n".join(lines)


def ran(command, accepted=(0,), **more):
    """The seconds that a program takes, and what it prints."""
    start = time.perf_counter()
    done = subprocess.run([str(part) for part in command], capture_output=True, **more)
    seconds = time.perf_counter() - start
    if done.returncode not in accepted:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return seconds, done.stdout.decode(errors="replace")


class Lines:
    """A process that answers each line with a line."""

    def __init__(self, command, **more):
        self.process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **more
        )

    def ask(self, line):
        start = time.perf_counter()
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        seconds = time.perf_counter() - start
        if not answer:
            sys.exit(f"{self.process.args[0]} ended at {line!r}")
        return seconds, json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Pampax:
    name, is_ranked = "pampax", True

    def __init__(self, tree, scratch):
        self.tree, self.index, self.lines = tree, scratch / "pampax", None
        self.place = ["--root", tree, "--index-dir", self.index, "--set", "cache.enabled=false"]
        self.written = scratch / "questions.jsonl"

    def cold(self):
        shutil.rmtree(self.index, ignore_errors=True)
        return ran([PAMPAX, "index", self.tree, "--index-dir", self.index])[0]

    def questions(self):
        """Doc comments of the tree with the files that they are of."""
        ran([PAMPAX, "eval", "--self", "--from", "docs", "--limit", QUESTIONS, "--write-questions", self.written, *self.place])
        rows = [json.loads(line) for line in self.written.read_text().splitlines()]
        return [(row["query"].replace("\n", " "), row["relevant"][0]["path"]) for row in rows]

    def warm(self, text):
        if self.lines is None:
            self.lines = Lines([PAMPAX, "search", "--queries", "-", "--json", *self.place])
        seconds, answer = self.lines.ask(json.dumps({"text": text}))
        return seconds, [hit["path"] for hit in answer["hits"]]

    def one_shot(self, text):
        seconds, printed = ran([PAMPAX, "search", "--json", *self.place, "--", text])
        return seconds, [hit["path"] for hit in json.loads(printed)["hits"]]

    def close(self):
        self.lines.close()


class Semble:
    name, is_ranked = "semble", True

    def __init__(self, tree, scratch, venv):
        self.tree, self.scratch, self.lines = tree, scratch, None
        self.bin = venv.absolute() / "bin"
        self.cache, model = scratch / "semble-cache", scratch / "semble-model"
        self.environment = os.environ | {
            "SEMBLE_MODEL_NAME": str(model), "SEMBLE_CACHE_LOCATION": str(self.cache), "SEMBLE_INDEX_WORKERS": "4",
            "HF_HUB_OFFLINE": "1",
        }
        ran([self.bin / "python", "-c", DUMMY_MODEL, model], env=self.environment)

    def cold(self):
        """Its program makes an index on the way to the first answer; all but the answer itself is the cold index."""
        shutil.rmtree(self.cache, ignore_errors=True)
        return self.one_shot("index")[0]

    def warm(self, text):
        if self.lines is None:
            self.lines = Lines([self.bin / "python", __file__, "--semble", self.tree], env=self.environment)
        return self.lines.ask(json.dumps(text))

    def one_shot(self, text):
        seconds, printed = ran([self.bin / "semble", "search", text, self.tree, "--top-k", "10"], env=self.environment)
        return seconds, [relative(result, self.tree) for result in json.loads(printed)["results"]]

    def close(self):
        self.lines.close()


DUMMY_MODEL = """
import sys, numpy
from tokenizers import Tokenizer, models, pre_tokenizers
from model2vec import StaticModel
vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *(a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"), *(a for a in "abcdefghijklmnopqrstuvwxyz"), *("##" + a for a in "abcdefghijklmnopqrstuvwxyz")])}
tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
vectors = numpy.random.default_rng(7).standard_normal((len(vocabulary), 256)).astype("float32")
StaticModel(vectors, tokenizer, normalize=True).save_pretrained(sys.argv[1])
"""


def relative(result, tree):
    path = Path(result["file_path"])
    return str(path.relative_to(tree) if path.is_absolute() else path)


def serve_semble(tree):
    """In semble's own Python: answers questions on standard input from the index that its program made."""
    from semble import SembleIndex

    index = SembleIndex.from_path(str(tree))
    for line in sys.stdin:
        found = index.search(json.loads(line), top_k=10, alpha=0.0)
        print(json.dumps([relative({"file_path": result.chunk.file_path}, tree) for result in found]), flush=True)


def words(text):
    return re.findall(r"[A-Za-z_]{4,}", text)


class Ripgrep:
    name, is_ranked = "rg", False

    def __init__(self, tree):
        self.tree = tree

    def cold(self):
        return None

    def one_shot(self, text):
        patterns = [part for word in words(text) for part in ("-e", word)]
        seconds, printed = ran(["rg", "-i", "-F", "-n", "--no-heading", *patterns, "."], cwd=self.tree)
        return seconds, [line.split(":", 1)[0].removeprefix("./") for line in printed.splitlines()]

    warm = one_shot

    def close(self):
        pass


class Codesearch:
    name, is_ranked = "csearch", False

    def __init__(self, tree, scratch):
        self.tree, self.environment = tree, os.environ | {"CSEARCHINDEX": str(scratch / "csearch")}

    def cold(self):
        return ran(["cindex", "-reset", self.tree], env=self.environment)[0]

    def one_shot(self, text):
        longest = max(words(text), key=len)
        seconds, printed = ran(["csearch", "-i", "-n", longest], env=self.environment)
        return seconds, [line.split(":", 1)[0].removeprefix(f"{self.tree}/") for line in printed.splitlines()]

    warm = one_shot

    def close(self):
        pass


if __name__ == "__main__":
    main()
