#!/bin/sh
# Measures a card: the driver, known numbers, the clips, and the same shapes in PyTorch where that is there. NVIDIA's
# libraries are PyTorch's own where the system has none. Arguments are the presets; results also go to $OUT.
#   sh card.sh [256p] [540p] [1080p]
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$here}
presets=${*:-256p 540p 1080p}
libraries=$(python3 - <<'PY' 2>/dev/null
import glob, os, sysconfig
folders = glob.glob(os.path.join(sysconfig.get_paths()["purelib"], "nvidia", "*", "lib"))
print(":".join(sorted(folders)))
PY
)
export LD_LIBRARY_PATH="${libraries:+$libraries:}${LD_LIBRARY_PATH:-}"
nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm,power.limit --format=csv
"$here/card" look || exit 1
"$here/card" self-test 2>&1 | tee "$out/self-test.txt"
for preset in $presets; do
    timeout "${LIMIT:-240}" "$here/card" bench "$preset" 2>&1 | tee "$out/bench-$preset.txt"
done
timeout "${LIMIT:-240}" python3 "$here/bench_reference.py" $presets 2>&1 | tee "$out/reference.txt"
