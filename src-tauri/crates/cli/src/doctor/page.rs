//! The report as people read it.

use gallop_engine::machine::size as bytes;
use gallop_protocol::doctor::{
    Card, DiskTest, EngineFound, EngineKind, Fit, ModelFit, Presence, ReasonCode, Report, SizeFit, Speed,
};

use crate::report::duration;

/// How the seconds came to be; it stands wherever they do.
pub const HOW_SECONDS: &str = "Seconds are estimates: what the networks compute for a prompt of 300 tokens, over the rates \
                               that were measured here; loading and encoding are not in them.";
/// What brings seconds.
pub const NO_SECONDS: &str =
    "How long a clip takes is not known yet: `gallop doctor --probe` measures this machine in about ten seconds.";

/// The whole page.
pub fn page(report: &Report) -> String {
    let mut lines = here(report);
    lines.push("\nWhat will run here".into());
    for model in &report.models {
        lines.extend(of_model(model));
    }
    lines.push(String::new());
    lines.push(if report.speed.is_empty() { NO_SECONDS.into() } else { HOW_SECONDS.into() });
    if !report.machine.cards.is_empty() {
        lines.push("Peaks on a card are computed and were not measured yet.".into());
    }
    lines.extend(report.notes.iter().map(|note| format!("Note: {}", note.text)));
    lines.join("\n")
}

fn here(report: &Report) -> Vec<String> {
    let Report { machine, disk, media, places, .. } = report;
    let cuda = if machine.built_with_cuda { "with CUDA" } else { "without CUDA" };
    let vector = if machine.vector.is_empty() { "no AVX2".to_owned() } else { machine.vector.join(", ") };
    let cpu = machine.cpu.as_deref().unwrap_or("unknown model");
    let free = |free: Option<u64>| free.map(|free| format!(", {} of it free", bytes(free))).unwrap_or_default();
    let mut lines = vec![
        format!("{}, {cuda}", report.build),
        line("System", &machine.system),
        line("CPU", &format!("{cpu}, {} threads, {vector}", machine.threads)),
        line("Memory", &amount(machine.ram_bytes, &free(machine.ram_available_bytes))),
        line(
            "Page file",
            &match machine.swap_bytes {
                Some(0) => "none".into(),
                swap => amount(swap, &free(machine.swap_free_bytes)),
            },
        ),
    ];
    if machine.cards.is_empty() {
        lines.push(line("GPU", "no NVIDIA card"));
    }
    let driver = match &machine.driver {
        Some(driver) => format!("driver {driver}"),
        None => "its driver does not run".into(),
    };
    lines.extend(machine.cards.iter().map(|card| line("GPU", &of_card(card, &driver))));
    let test = match &disk.test {
        DiskTest::Skipped => "not measured".into(),
        DiskTest::Failed { reason } => format!("not measured ({reason})"),
        DiskTest::Measured { write_bytes_per_second: write, read_bytes_per_second: read, .. } => {
            let read = read.map(|read| format!(", reads {}/s", decimal(read))).unwrap_or_default();
            format!("writes {}/s{read}", decimal(*write))
        }
    };
    let room = amount(disk.total_bytes, &free(disk.free_bytes));
    lines.push(line("Disk", &format!("{room}; {test}: {}", disk.folder)));
    let encoder = media.h264_encoder.as_deref().unwrap_or("none that opens");
    let version = media.ffmpeg.as_deref().unwrap_or("does not answer");
    lines.push(line("FFmpeg", &format!("{version}; H.264 is made with: {encoder}")));
    lines.push(line("Encoders", &if media.encoders.is_empty() { "none".into() } else { media.encoders.join(", ") }));
    lines.extend(report.engines.iter().map(|engine| line("Engine", &of_engine(engine))));
    let named = [("Program", &places.program), ("Models", &places.models), ("Data", &places.data)];
    let named = named.into_iter().chain([("Settings", &places.config), ("Cache", &places.cache)]);
    lines.extend(named.filter_map(|(name, place)| place.as_ref().map(|place| line(name, place))));
    lines.extend(places.projects.iter().map(|folder| line("Project", folder)));
    lines.extend(report.speed.iter().map(|speed| line("Speed", &of_speed(speed))));
    lines
}

fn line(name: &str, text: &str) -> String {
    format!("{name:<10} {text}")
}

fn amount(all: Option<u64>, more: &str) -> String {
    match all {
        Some(all) => format!("{}{more}", bytes(all)),
        None => "not known on this system".into(),
    }
}

fn of_card(card: &Card, driver: &str) -> String {
    let memory = match (card.vram_free_bytes, card.vram_bytes) {
        (Some(free), Some(all)) => format!(", {} of {} free", bytes(free), bytes(all)),
        (None, Some(all)) => format!(", {}", bytes(all)),
        _ => String::new(),
    };
    let capability = card.compute_capability.as_ref().map(|version| format!(", compute capability {version}"));
    format!("{}{memory}{}, {driver}", card.name, capability.unwrap_or_default())
}

fn of_engine(engine: &EngineFound) -> String {
    let state = match (engine.kind, engine.found) {
        (EngineKind::ThisProgram, _) => "this program",
        (_, true) => "found, not started",
        (_, false) => "its program was not found",
    };
    format!("{}, {state}: {}", engine.name, engine.program)
}

fn of_speed(speed: &Speed) -> String {
    let types = speed.types.iter().map(|rates| {
        let flops = [rates.product_flops_per_second, rates.attention_flops_per_second].map(flops);
        format!("{} in products and {} in attention ({})", flops[0], flops[1], rates.precision)
    });
    let convolution = format!("{} in convolutions", flops(speed.convolution_flops_per_second));
    let memory = format!("memory {}/s", decimal(speed.memory_bytes_per_second));
    let upload = speed.upload_bytes_per_second.map(|rate| format!("to the card {}/s", decimal(rate)));
    let parts: Vec<_> = types.chain([convolution, memory]).chain(upload).collect();
    format!("{}, measured on {}: {}", speed.device, day(speed.unix_ms), parts.join(", "))
}

fn of_model(model: &ModelFit) -> Vec<String> {
    let here = match model.presence {
        Presence::Absent => "not here",
        Presence::Partial { .. } => "partly here",
        Presence::Whole { .. } => "here",
        Presence::Unreadable => "its files cannot be read",
    };
    // What many models share stands at the end of the page.
    let reasons = model.reasons.iter().filter(|reason| reason.code != ReasonCode::NotMeasured);
    let reasons: Vec<_> = reasons.map(|reason| reason.text.as_str()).collect();
    let why = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
    let mut lines = vec![format!("  {} {:<22} {}, {here}{why}", mark(model.fit), model.id, words(model.fit))];
    if model.fit != Fit::DoesNotRun {
        lines.extend(model.sizes.iter().map(|size| format!("      {} {}", mark(size.fit), of_size(size))));
    }
    lines
}

fn of_size(found: &SizeFit) -> String {
    let SizeFit { size: [width, height], clip_seconds, .. } = found;
    let mut text = format!("{width}x{height}, {clip_seconds} s");
    if found.fit == Fit::DoesNotRun {
        let why = found.reasons.first().map_or("", |reason| reason.text.as_str());
        return format!("{text}: {why}");
    }
    if let Some(seconds) = found.seconds {
        text += &format!(": about {}", duration(seconds));
    }
    if let Some(seconds) = found.loading_seconds {
        text += &format!(", about {} to load", duration(seconds));
    }
    let vram = found.vram_bytes.map(|vram| format!("{} on the card and ", bytes(vram))).unwrap_or_default();
    if let Some(ram) = found.ram_bytes {
        text += &format!(", peak {vram}{} of memory", bytes(ram));
    }
    if let (Some(precision), device) = (&found.precision, &found.device) {
        text += &format!(", {precision} on {device}");
    }
    if let Some(longest) = found.longest_seconds {
        text += &format!(", up to {longest} s");
    }
    text
}

fn mark(fit: Fit) -> char {
    match fit {
        Fit::Runs => '+',
        Fit::RunsSlowly => '~',
        Fit::DoesNotRun => '-',
    }
}

fn words(fit: Fit) -> &'static str {
    match fit {
        Fit::Runs => "runs",
        Fit::RunsSlowly => "runs slowly",
        Fit::DoesNotRun => "does not run",
    }
}

/// Bytes as makers of disks count them.
fn decimal(bytes: f64) -> String {
    if bytes < 1e9 { format!("{:.0} MB", bytes / 1e6) } else { format!("{:.1} GB", bytes / 1e9) }
}

fn flops(rate: f64) -> String {
    if rate < 1e12 { format!("{:.0} GFLOP/s", rate / 1e9) } else { format!("{:.1} TFLOP/s", rate / 1e12) }
}

/// The day of a time, as in `2026-11-21`, in universal time.
///
/// Source: the usual count of days in a calendar whose years begin in March, so that a leap day comes last.
fn day(unix_ms: u64) -> String {
    const DAYS_IN_400_YEARS: u64 = 146_097;
    // 719,468 days before 1970 a period of 400 years began, on the first of March of the year 0.
    let days = unix_ms / 86_400_000 + 719_468;
    let (period, day) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let in_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * in_year + 2) / 153;
    let in_month = in_year - (153 * month + 2) / 5 + 1;
    let (year, month) = (period * 400 + year + u64::from(month >= 10), if month < 10 { month + 3 } else { month - 9 });
    format!("{year:04}-{month:02}-{in_month:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told() {
        let at = |days: u64| day(days * 86_400_000 + 86_399_999);
        let found = [0, 58, 59, 10_957, 11_016, 19_781, 19_782, 20_088].map(at);
        let expected = [
            "1970-01-01",
            "1970-02-28",
            "1970-03-01",
            "2000-01-01",
            "2000-02-29",
            "2024-02-28",
            "2024-02-29",
            "2024-12-31",
        ];
        assert_eq!(found, expected);
        day(u64::MAX);
    }

    #[test]
    fn amounts_suit_their_size() {
        assert_eq!([decimal(3.2e8), decimal(1.25e9)], ["320 MB", "1.2 GB"]);
        assert_eq!([flops(2.8e11), flops(7.98e14)], ["280 GFLOP/s", "798.0 TFLOP/s"]);
    }
}
