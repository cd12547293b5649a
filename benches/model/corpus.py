#!/usr/bin/env python3
"""Fetches the sources that the built-in model is trained on.

python3 benches/model/corpus.py [--packages FILE] [--into FOLDER] [--only NAME] [--note FILE]

Every row of packages.tsv is `ecosystem, name, version, licence`, where the ecosystem is debian, pip, npm or crates.
Packages come through apt-get, pip, npm and cargo as they are set up on this machine; apt-get gets a list of sources of
its own, so nothing of the system is changed. Of each package only source files are kept, in FOLDER/ECOSYSTEM/NAME
(default: target/corpus/model). A row whose folder exists is left alone. `--note` writes the rows with the versions and
licences that were found. A package that cannot be had is named at the end, and the exit status is then 1.
"""

import argparse
import email.parser
import glob
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
SUFFIXES = set(
    "rs py js mjs cjs jsx ts tsx mts go java kt kts c h cc cpp cxx hpp hh hxx cs php rb swift scala sc ex exs hs lua sh bash "
    "zig dart ml mli inc phtml rake".split()
)
LARGEST = 600_000
# Debian's main holds nothing else; elsewhere a package has to say so.
FREE = re.compile(
    r"(?i)\b(MIT|X11|Expat|Apache|BSD|0BSD|ISC|L?GPL|AGPL|MPL|EPL|ZPL|Unlicense|Public Domain|CC0|Zlib|Unicode"
    r"|Python Software Foundation|General Public License|Repoze|Biopython|wxWindows)"
)
SUITES = ("bookworm", "trixie")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--packages", default=os.path.join(HERE, "packages.tsv"))
    parser.add_argument("--into", default=os.path.join("target", "corpus", "model"))
    parser.add_argument("--only")
    parser.add_argument("--note")
    options = parser.parse_args()
    rows = [row for row in read_rows(options.packages) if options.only in (None, row[1])]
    os.makedirs(options.into, exist_ok=True)
    fetchers = {"debian": Debian(options.into).fetch, "pip": fetch_pip, "npm": fetch_npm, "crates": fetch_crate}
    noted, missing = [], []
    for ecosystem, name, version, licence in rows:
        target = os.path.join(options.into, ecosystem, name.replace("/", "+"))
        found_at = os.path.join(target, ".found.json")
        if not os.path.exists(found_at):
            shutil.rmtree(target, ignore_errors=True)
            os.makedirs(target)
            try:
                found = fetchers[ecosystem](name, version, target)
                if ecosystem != "debian" and not FREE.search(found[1]):
                    raise RuntimeError(f"its licence is not known to be free: {found[1]}")
            except Exception as failure:  # one package that is gone does not end the others
                shutil.rmtree(target, ignore_errors=True)
                missing.append(f"{ecosystem} {name}: {failure}")
                print("missing", missing[-1], flush=True)
                continue
            with open(found_at, "w") as file:
                json.dump(found, file)
            print("fetched", ecosystem, name, *found, flush=True)
        with open(found_at) as file:
            version, licence = json.load(file)
        noted.append((ecosystem, name, version, licence))
    if options.note:
        with open(options.note, "w") as file:
            file.write("# ecosystem\tname\tversion\tlicence\n")
            file.writelines("\t".join(row) + "\n" for row in sorted(noted))
    if missing:
        print("could not be had:", *missing, sep="\n  ", file=sys.stderr)
        sys.exit(1)


def read_rows(path):
    with open(path) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                cells = line.rstrip("\n").split("\t")
                yield (cells + ["", "", ""])[:4]


def run(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[0]} said: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def keep(archive, target):
    """Unpacks the source files of one archive into target; gives the texts of files that tell the licence."""
    told = {}

    def take(name, size, read):
        plain = os.path.normpath(name).lstrip("/")
        base = os.path.basename(plain)
        if plain.startswith("..") or size > LARGEST:
            return
        if base in ("METADATA", "PKG-INFO", "package.json", "Cargo.toml") or plain.endswith("debian/copyright"):
            told.setdefault((plain.count("/"), base), read().decode("utf-8", "replace"))
        if base.rsplit(".", 1)[-1].lower() in SUFFIXES and "." in base or "." not in base:
            content = read()
            if "." not in base and not re.match(rb"#!.*(sh|bash|lua)\b", content[:80]):
                return
            path = os.path.join(target, plain)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)

    if archive.endswith((".whl", ".zip")):
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                if not entry.is_dir():
                    take(entry.filename, entry.file_size, lambda entry=entry: opened.read(entry))
    else:
        with tarfile.open(archive) as opened:
            for entry in opened:
                if entry.isfile():
                    take(entry.name, entry.size, lambda entry=entry: opened.extractfile(entry).read())
    return told


def first(told, base):
    return next((text for (_, name), text in sorted(told.items()) if name == base), "")


class Debian:
    def __init__(self, into):
        self.home = os.path.abspath(os.path.join(into, ".apt"))
        self.ready = False

    def options(self):
        pairs = {"Dir::Etc::sourcelist": self.home + "/sources.list", "Dir::Etc::sourceparts": "/dev/null",
                 "Dir::State::lists": self.home + "/lists", "Dir::Cache": self.home + "/cache"}
        return [part for key, value in pairs.items() for part in ("-o", f"{key}={value}")]

    def prepare(self):
        """The mirrors that this machine uses, asked for sources."""
        for folder in ("lists/partial", "cache/archives/partial"):
            os.makedirs(os.path.join(self.home, folder), exist_ok=True)
        texts = [open(path).read() for path in glob.glob("/etc/apt/sources.list.d/*") + glob.glob("/etc/apt/sources.list")
                 if path.endswith((".sources", ".list"))]
        mirror = next(found for text in texts for found in re.findall(r"https?://\S+?/debian(?=\s|/\s)", text))
        key = "/usr/share/keyrings/debian-archive-keyring.gpg"
        with open(self.home + "/sources.list", "w") as file:
            file.writelines(f"deb-src [signed-by={key}] {mirror} {suite} main\n" for suite in SUITES)
        run("apt-get", *self.options(), "update")
        self.ready = True

    def fetch(self, name, version, target):
        if not self.ready:
            self.prepare()
        with tempfile.TemporaryDirectory() as folder:
            self.download(name, version, folder)
            told = {}
            for archive in sorted(glob.glob(folder + "/*.tar.*")):
                if not archive.endswith((".asc", ".sig")):
                    told.update(keep(archive, target))
            description = glob.glob(folder + "/*.dsc")
            if description:
                version = re.search(r"^Version: (\S+)", open(description[0], errors="replace").read(), re.M).group(1)
            else:
                tarball = os.path.basename(sorted(glob.glob(folder + "/*.tar.*"))[0])
                version = re.sub(r"\.(orig\S*\.)?tar\.\w+$", "", tarball.split("_", 1)[1])
            licences = re.findall(r"^License: *(\S[^\n]*)", first(told, "copyright"), re.M)
            return version, licences[0].strip() if licences else "free by Debian's guidelines"

    def download(self, name, version, folder):
        """The source package; of a suite whose packaging is not kept any more only what came from upstream."""
        base = ["apt-get", *self.options(), "source", "--download-only", "-qq"]
        ways = [[f"{name}={version}"]] if version else [[f"{name}/{suite}"] for suite in SUITES]
        ways += [["--tar-only", *way] for way in ways]
        for way in ways:
            try:
                return run(*base, *way, cwd=folder)
            except RuntimeError as failure:
                last = failure
        raise last


def fetch_pip(name, version, target):
    wanted = f"{name}=={version}" if version else name
    with tempfile.TemporaryDirectory() as folder:
        base = ["pip", "download", "--quiet", "--no-deps", "--dest", folder]
        run(*base, "--only-binary", ":all:", wanted)
        told = {}
        for archive in os.listdir(folder):
            told.update(keep(os.path.join(folder, archive), target))
        facts = email.parser.Parser().parse(io.StringIO(first(told, "METADATA") or first(told, "PKG-INFO")))
        named = [value.split("::")[-1].strip() for value in facts.get_all("Classifier", []) if "License" in value]
        licence = facts.get("License-Expression") or (named[0] if named else (facts.get("License") or "").split("\n")[0])
        return facts.get("Version", ""), licence[:60] or "unstated"


def fetch_npm(name, version, target):
    with tempfile.TemporaryDirectory() as folder:
        run("npm", "pack", "--silent", f"{name}@{version}" if version else name, cwd=folder)
        told = keep(glob.glob(folder + "/*.tgz")[0], target)
        facts = json.loads(first(told, "package.json") or "{}")
        return facts.get("version", ""), str(facts.get("license", "unstated"))


def fetch_crate(name, version, target):
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/src")
        open(folder + "/src/lib.rs", "w").close()
        wanted = f"={version}" if version else "*"
        with open(folder + "/Cargo.toml", "w") as file:
            file.write(f'[package]\nname = "corpus-of-one"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{name} = "{wanted}"\n')
        facts = json.loads(run("cargo", "metadata", "--format-version", "1", cwd=folder))
        package = next(each for each in facts["packages"] if each["name"] == name)
        root = os.path.dirname(package["manifest_path"])
        for path, folders, files in os.walk(root):
            for base in files:
                source = os.path.join(path, base)
                if base.endswith(".rs") and os.path.getsize(source) <= LARGEST:
                    copied = os.path.join(target, os.path.relpath(source, root))
                    os.makedirs(os.path.dirname(copied), exist_ok=True)
                    shutil.copyfile(source, copied)
        return package["version"], package.get("license") or "unstated"


if __name__ == "__main__":
    main()
