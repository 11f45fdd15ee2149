"""Puts espeak-ng into a folder that travels: `python -m train.voices.carry FOLDER` (about 5 MB, x86-64 Linux).

The folder holds the library, the data of the seven languages and the voice variants. The packaged library wants sound
cards through `libpcaudio` and half a desktop behind that; nothing is played here, so an empty library of that name, made
with the C compiler, takes its place. Set `GALLOP_ESPEAK=FOLDER` where it arrives.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .espeak import VOICES

DATA = "espeak-ng-data"
FILES = ("phondata", "phonindex", "phontab", "intonations")
DICTIONARIES = ("cmn", "yue", "en", "ja", "ko", "de", "fr")
VOICE_FILES = ("lang/sit", "lang/gmw", "lang/jpx", "lang/ko", "lang/roa")
#: What espeak-ng 1.51 calls of pcaudio; each returns nothing or zero.
SILENT = ("audio_object_close", "audio_object_destroy", "audio_object_drain", "audio_object_flush", "audio_object_open",
          "audio_object_strerror", "audio_object_write", "create_audio_device_object")


def _loaded() -> dict[str, Path]:
    """The libraries that this process maps, by file name."""
    rows = Path("/proc/self/maps").read_text().split("\n")
    return {Path(row.split()[-1]).name: Path(row.split()[-1]) for row in rows if ".so" in row}


def _data_folder() -> Path:
    for folder in (os.environ.get("ESPEAK_DATA_PATH", ""), "/usr/lib/x86_64-linux-gnu", "/usr/share", "/usr/lib", "/usr/local/share"):
        if folder and (Path(folder) / DATA / "phondata").exists():
            return Path(folder) / DATA
    raise SystemExit("the data of espeak-ng is not found; name its folder in ESPEAK_DATA_PATH")


def carry(folder: Path) -> int:
    """Fills the folder; returns its bytes."""
    from .espeak import engine

    engine()
    library, data = folder / "lib", folder / DATA
    shutil.rmtree(folder, ignore_errors=True)
    library.mkdir(parents=True)
    for name, path in _loaded().items():
        if name.startswith(("libespeak-ng.so", "libsonic.so")):
            shutil.copyfile(path, library / (".".join(name.split(".")[:3])))
    code = "\n".join(f"void *{name}(void) {{ return 0; }}" for name in SILENT)
    compile_to = ["cc", "-shared", "-fPIC", "-Wl,-soname,libpcaudio.so.0", "-x", "c", "-", "-o", str(library / "libpcaudio.so.0")]
    subprocess.run(compile_to, input=code.encode(), check=True)
    source = _data_folder()
    (data / "voices" / "!v").mkdir(parents=True)
    for name in (*FILES, *(f"{language}_dict" for language in DICTIONARIES)):
        shutil.copyfile(source / name, data / name)
    for name in VOICE_FILES:
        if (source / name).is_dir():
            shutil.copytree(source / name, data / name)
        elif (source / name).exists():
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, data / name)
    for voice in VOICES.values():
        shutil.copyfile(source / "voices" / "!v" / voice.variant, data / "voices" / "!v" / voice.variant)
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    size = carry(args.folder)
    speak = "from train.voices.espeak import *; print(round(speak('你好', 'Mandarin', 'robot').secs, 2), 's of Mandarin')"
    subprocess.run([sys.executable, "-c", speak], env={**os.environ, "GALLOP_ESPEAK": str(args.folder)}, check=True)
    print(f"{args.folder}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
