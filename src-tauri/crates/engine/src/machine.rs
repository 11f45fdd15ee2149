//! Processor and memory.

use std::fs::read_to_string;

use serde::Serialize;

/// The processor.
#[derive(Debug, Serialize)]
pub struct Cpu {
    /// What it calls itself, where the system tells.
    pub name: Option<String>,
    /// Threads this process may run at once.
    pub threads: usize,
    /// The vector instructions that the matrix products can use, widest last.
    pub vector: Vec<&'static str>,
}

/// The memory.
#[derive(Debug, Serialize)]
pub struct Memory {
    /// All of it, or what this process is allowed where that is less.
    pub total_bytes: Option<u64>,
    /// What is free or can be freed now.
    pub available_bytes: Option<u64>,
    /// Page file or swap partition; 0 where there is none.
    pub swap_bytes: Option<u64>,
    /// What is free of it.
    pub swap_free_bytes: Option<u64>,
}

/// The system, its kernel and what it is built for.
pub fn system() -> String {
    let release = read_to_string("/etc/os-release").unwrap_or_default();
    let named = release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME=")).map(|name| name.trim_matches('"'));
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = (!kernel.is_empty()).then(|| format!("kernel {}", kernel.trim()));
    let parts = [Some(named.unwrap_or(std::env::consts::OS).to_owned()), kernel, Some(std::env::consts::ARCH.into())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Looks at the processor.
pub fn cpu() -> Cpu {
    Cpu { name: cpu_name(), threads: std::thread::available_parallelism().map_or(1, usize::from), vector: vector() }
}

/// What the processor calls itself.
pub fn cpu_name() -> Option<String> {
    field(&read_to_string("/proc/cpuinfo").ok()?, "model name").map(str::to_owned)
}

#[cfg(target_arch = "x86_64")]
fn vector() -> Vec<&'static str> {
    let known = [
        ("AVX2", is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")),
        ("AVX-512", is_x86_feature_detected!("avx512f")),
        ("AVX-512 BF16", is_x86_feature_detected!("avx512bf16")),
    ];
    known.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
}

#[cfg(target_arch = "aarch64")]
fn vector() -> Vec<&'static str> {
    vec!["NEON"]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn vector() -> Vec<&'static str> {
    Vec::new()
}

/// Looks at the memory.
pub fn memory() -> Memory {
    let info = read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = |name| Some(field(&info, name)?.strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024);
    let total = kib("MemTotal");
    let limit = container_limit();
    let total_bytes = total.map(|total| total.min(limit.unwrap_or(total)));
    let available_bytes = kib("MemAvailable").map(|available| available.min(limit.unwrap_or(available)));
    Memory { total_bytes, available_bytes, swap_bytes: kib("SwapTotal"), swap_free_bytes: kib("SwapFree") }
}

/// The limit of the container around this process, in either version of control groups; "max" and absurd numbers mean
/// none.
fn container_limit() -> Option<u64> {
    ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .into_iter()
        .find_map(|path| read_to_string(path).ok()?.trim().parse().ok())
        .filter(|limit| *limit < 1 << 50)
}

/// The most memory that this process ever held.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = read_to_string("/proc/self/status").ok()?;
    Some(field(&status, "VmHWM")?.strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// The memory that this process holds now, mapped files left out.
pub fn own_memory_bytes() -> Option<u64> {
    let status = read_to_string("/proc/self/status").ok()?;
    Some(field(&status, "RssAnon")?.strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// What the first card has free, together with what this process holds of it; none where no driver tells.
pub fn video_memory_bytes() -> Option<u64> {
    let nvml = nvml_wrapper::Nvml::init().ok()?;
    let card = nvml.device_by_index(0).ok()?;
    let processes = card.running_compute_processes().unwrap_or_default();
    let own = processes.into_iter().find(|process| process.pid == std::process::id());
    let own = match own.map(|process| process.used_gpu_memory) {
        Some(nvml_wrapper::enums::device::UsedGpuMemory::Used(bytes)) => bytes,
        _ => 0,
    };
    Some(card.memory_info().ok()?.free + own)
}

/// Lets [`peak_memory_bytes`] begin anew, where the system can.
pub fn forget_peak_memory() {
    // 5 resets the high-water mark, see `man 5 proc`. Elsewhere the mark of the whole process stands.
    std::fs::write("/proc/self/clear_refs", "5").ok();
}

/// The value of the first `name: value` line.
pub fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.split_once(':').filter(|(found, _)| found.trim() == name)).map(|(_, v)| v.trim())
}

/// A size in GiB.
pub fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

/// A size in the unit that suits it.
pub fn size(bytes: u64) -> String {
    if bytes < 1 << 30 { format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)) } else { gib(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found() {
        let text = "processor\t: 0\nmodel name\t: A: fast one\nMemTotal:   1024 kB\n";
        assert_eq!(field(text, "model name"), Some("A: fast one"));
        assert_eq!(field(text, "MemTotal"), Some("1024 kB"));
        assert_eq!(field(text, "model"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_has_memory() {
        let Memory { total_bytes: Some(total), available_bytes: Some(available), swap_bytes, swap_free_bytes } =
            memory()
        else {
            panic!("no memory found");
        };
        assert!(swap_free_bytes <= swap_bytes && system().contains("kernel"));
        assert!(available <= total && total > 1 << 20);
        assert!(peak_memory_bytes().is_some_and(|peak| peak > 1 << 18 && peak <= total));
    }
}
