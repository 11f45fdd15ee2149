//! The CUDA toolkit that `gallop-cuda` is built with: an installed one, or the vendor's Python wheels. Neither a card, nor
//! its driver, nor root is needed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{cache, output, root, run};
use crate::packages;

/// Cards from Ampere on: candle's own kernels are compiled for its instructions and translated by the driver on newer cards.
const OLDEST_CARD: &str = "80";

/// A vendor library that the program opens when it first needs it, see `packaging/cuda/lazy.c`.
struct Lazy {
    name: &'static str,
    file: &'static str,
    headers: &'static [&'static str],
    /// What its functions are called like.
    prefix: &'static str,
    /// The status that its functions return where it is not there.
    missing: u32,
}

const LAZY: [Lazy; 5] = [
    // CUDA_ERROR_STUB_LIBRARY
    Lazy { name: "cuda", file: "libcuda.so.1", headers: &["cuda.h"], prefix: "cu", missing: 34 },
    // CUBLAS_STATUS_NOT_INITIALIZED, in both
    Lazy {
        name: "cublas",
        file: "libcublas.so.13",
        headers: &["cublas_api.h", "cublas_v2.h"],
        prefix: "cublas",
        missing: 1,
    },
    Lazy { name: "cublasLt", file: "libcublasLt.so.13", headers: &["cublasLt.h"], prefix: "cublasLt", missing: 1 },
    // CURAND_STATUS_INITIALIZATION_FAILED
    Lazy { name: "curand", file: "libcurand.so.10", headers: &["curand.h"], prefix: "curand", missing: 203 },
    // NVRTC_ERROR_INTERNAL_ERROR
    Lazy { name: "nvrtc", file: "libnvrtc.so.13", headers: &["nvrtc.h"], prefix: "nvrtc", missing: 11 },
];

/// A toolkit that is ready for a build.
pub struct Kit(PathBuf);

impl Kit {
    /// The kit of this machine; made where it is not there yet.
    pub fn ensure() -> Result<Self, String> {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return Err("the CUDA engine is built on Linux on x86-64 so far".into());
        }
        let cache = cache("gallop-cuda-13.0")?;
        let kit = cache.join("kit");
        let toolkit = match installed()? {
            Some(toolkit) => toolkit,
            None => wheels(&cache)?,
        };
        fs::create_dir_all(kit.join("lib")).map_err(|error| format!("cannot make {}: {error}", kit.display()))?;
        for part in ["bin", "include", "nvvm"] {
            link(&toolkit.join(part), &kit.join(part))?;
        }
        link(Path::new("lib"), &kit.join("lib64"))?;
        let runtime = ["lib", "lib64", "targets/x86_64-linux/lib"];
        let runtime = runtime.iter().map(|folder| toolkit.join(folder).join("libcudart_static.a"));
        let runtime = runtime.into_iter().find(|path| path.is_file());
        let runtime = runtime.ok_or_else(|| format!("there is no libcudart_static.a in {}", toolkit.display()))?;
        // The one part that is linked in: it finds the driver by itself.
        link(&runtime, &kit.join("lib/libcudart.a"))?;
        for library in &LAZY {
            library.build(&kit, &cache)?;
        }
        Ok(Self(kit))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What a build must find in its environment.
    pub fn environment(&self) -> Vec<(&'static str, std::ffi::OsString)> {
        let home = self.0.clone().into_os_string();
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let all = std::iter::once(self.0.join("bin")).chain(std::env::split_paths(&paths));
        let path = std::env::join_paths(all).unwrap_or(paths);
        let homes = ["CUDA_HOME", "CUDA_PATH", "CUDA_ROOT", "CUDA_TOOLKIT_ROOT_DIR"];
        let homes = homes.into_iter().map(|name| (name, home.clone()));
        homes.chain([("PATH", path), ("CUDA_COMPUTE_CAP", OLDEST_CARD.into())]).collect()
    }
}

/// Prepares the kit and tells how to build with it.
pub fn prepare() -> Result<(), String> {
    let kit = Kit::ensure()?;
    let compiler = output(Command::new(kit.path().join("bin/nvcc")).arg("--version"));
    let compiler = compiler.ok_or_else(|| format!("{} does not run", kit.path().join("bin/nvcc").display()))?;
    let release = compiler.lines().find(|line| line.contains("release")).unwrap_or_default();
    println!("{}\n{release}\n", kit.path().display());
    for (name, value) in kit.environment() {
        println!("export {name}='{}'", value.display());
    }
    println!("\nWith these, `cargo build --features cuda` builds; `cargo xtask dist --cuda` sets them itself.");
    Ok(())
}

impl Lazy {
    /// Makes `lib/libNAME.a`.
    fn build(&self, kit: &Path, cache: &Path) -> Result<(), String> {
        let mut names = BTreeSet::new();
        for header in self.headers {
            let path = kit.join("include").join(header);
            let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            names.extend(functions(&text, self.prefix).map(str::to_owned));
        }
        let folder = cache.join("objects");
        fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let (table, library) = (folder.join(format!("{}.S", self.name)), kit.join(format!("lib/lib{}.a", self.name)));
        fs::write(&table, self.table(&names)).map_err(|error| format!("{}: {error}", table.display()))?;
        let source = root().join("packaging/cuda/lazy.c");
        let compiled = |source: &Path, object: &Path| {
            let mut compiler = Command::new("cc");
            compiler.args(["-O2", "-fPIC", "-Wall", "-Werror", "-c", "-o"]).arg(object).arg(source);
            compiler.arg(format!("-DLIBRARY={}", self.name)).arg(format!("-DMISSING={}", self.missing));
            run(compiler.arg(format!("-DLIBRARY_FILE=\"{}\"", self.file)))
        };
        let objects = ["table", "open"].map(|part| folder.join(format!("{}-{part}.o", self.name)));
        compiled(&table, &objects[0])?;
        compiled(&source, &objects[1])?;
        fs::remove_file(&library).ok();
        run(Command::new("ar").arg("rcs").arg(&library).args(&objects))
    }

    /// The functions, their names, and the places that they jump through. A place first leads to the lookup, which must
    /// leave the arguments in their registers and on the stack as they were.
    fn table(&self, names: &BTreeSet<String>) -> String {
        let library = self.name;
        let mut text = String::from("\t.section .note.GNU-stack,\"\",@progbits\n\t.text\n");
        for (index, name) in names.iter().enumerate() {
            writeln!(
                text,
                "\t.globl {name}\n\t.type {name},@function\n{name}:\n\tjmp *gallop_slots_{library}+{}(%rip)\n\
                 .Lfirst{index}:\n\tpushq ${index}\n\tjmp .Llookup",
                8 * index
            )
            .ok();
        }
        let registers = ["rax", "rdi", "rsi", "rdx", "rcx", "r8", "r9", "r10"];
        text += ".Llookup:\n";
        registers.iter().for_each(|register| text += &format!("\tpushq %{register}\n"));
        text += "\tsubq $128, %rsp\n";
        (0..8).for_each(|i| text += &format!("\tmovups %xmm{i}, {}(%rsp)\n", 16 * i));
        text += &format!("\tmovq 192(%rsp), %rdi\n\tcall gallop_resolve_{library}\n\tmovq %rax, %r11\n");
        (0..8).for_each(|i| text += &format!("\tmovups {}(%rsp), %xmm{i}\n", 16 * i));
        text += "\taddq $128, %rsp\n";
        registers.iter().rev().for_each(|register| text += &format!("\tpopq %{register}\n"));
        text += "\taddq $8, %rsp\n\tjmp *%r11\n\t.data\n\t.balign 8\n";
        for (symbol, entry) in [("slots", ".Lfirst"), ("names", ".Lname")] {
            text += &format!("\t.globl gallop_{symbol}_{library}\n\t.hidden gallop_{symbol}_{library}\n");
            text += &format!("gallop_{symbol}_{library}:\n");
            (0..names.len()).for_each(|index| text += &format!("\t.quad {entry}{index}\n"));
        }
        text += "\t.section .rodata\n";
        for (index, name) in names.iter().enumerate() {
            text += &format!(".Lname{index}:\n\t.asciz \"{name}\"\n");
        }
        text
    }
}

/// The words of a header that begin with `prefix` and a capital letter: its functions, with the versions that its macros
/// lead to, and a few types, which do no harm.
fn functions<'a>(header: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    let words = header.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(move |word| {
        let rest = word.strip_prefix(prefix);
        rest.and_then(|rest| rest.chars().next()).is_some_and(|first| first.is_ascii_uppercase())
    })
}

/// The toolkit that the environment names.
fn installed() -> Result<Option<PathBuf>, String> {
    let Some(home) = std::env::var_os("CUDA_HOME").filter(|home| !home.is_empty()).map(PathBuf::from) else {
        return Ok(None);
    };
    // Somebody may have taken over what this chore told them.
    if home.ends_with("gallop-cuda-13.0/kit") {
        return Ok(None);
    }
    if home.join("bin/nvcc").is_file() {
        return Ok(Some(home));
    }
    Err(format!("CUDA_HOME is set, but there is no bin/nvcc in it: {}", home.display()))
}

/// The vendor's wheels, fetched once and kept beside the other caches.
fn wheels(cache: &Path) -> Result<PathBuf, String> {
    let folder = cache.join("wheels");
    let toolkit = folder.join("nvidia/cu13");
    let list = root().join("packaging/cuda/requirements.txt");
    let (stamp, wanted) = (folder.join("requirements.txt"), fs::read(&list).map_err(|error| error.to_string())?);
    if fs::read(&stamp).is_ok_and(|there| there == wanted) && toolkit.join("bin/nvcc").is_file() {
        return Ok(toolkit);
    }
    packages::ensure(&[&["build-essential", "python3-pip"]])?;
    println!("Fetching the CUDA toolkit (700 MB) …");
    fs::remove_dir_all(&folder).ok();
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--target"]);
    run(pip.arg(&folder).arg("--requirement").arg(&list))?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(toolkit)
}

/// Puts a link at `at`, in place of one that leads elsewhere.
fn link(to: &Path, at: &Path) -> Result<(), String> {
    if fs::read_link(at).is_ok_and(|there| there == to) {
        return Ok(());
    }
    fs::remove_file(at).ok();
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(to, at);
    #[cfg(not(unix))]
    let linked: std::io::Result<()> = Err(std::io::ErrorKind::Unsupported.into());
    linked.map_err(|error| format!("cannot link {}: {error}", at.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_with_the_versions_that_macros_lead_to() {
        let header = "#define cuMemAlloc cuMemAlloc_v2\nCUresult CUDAAPI cuInit(unsigned int Flags);\n/* custom */";
        let found: Vec<_> = functions(header, "cu").collect();
        assert_eq!(found, ["cuMemAlloc", "cuMemAlloc_v2", "cuInit"]);
    }

    #[test]
    fn every_wheel_is_pinned_with_its_hash() {
        let list = fs::read_to_string(root().join("packaging/cuda/requirements.txt")).expect("the list");
        let lines: Vec<_> = list.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(lines.len(), 8);
        for line in lines {
            let (_, digest) = line.split_once(" --hash=sha256:").expect(line);
            assert!(line.contains("==") && digest.len() == 64, "{line}");
        }
    }
}
