use candle_core::{Device, Tensor};
use gallop_models::ops::attention::{Window, attention};
use gallop_models::ops::linear::{Activation, Linear, Then};
use gallop_models::ops::norm::RmsNorm;
use gallop_models::ops::rope::{Gate, Heads, split_heads};
use gallop_models::ops::{Precision, Routing};
use gallop_models::weights::Weights;
fn cpu() -> f64 {
    let mut t = 0.0;
    for e in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        if let Ok(s) = std::fs::read_to_string(e.path().join("schedstat")) {
            t += s.split_whitespace().next().unwrap().parse::<f64>().unwrap();
        }
    }
    t * 1e-9
}
fn time(name: &str, gflop: f64, mut f: impl FnMut()) {
    f();
    let mut best = f64::MAX;
    for _ in 0..8 {
        let s = cpu();
        f();
        best = best.min(cpu() - s);
    }
    println!("{name:30} {:8.3} ms {:7.1} GF/s", best * 1e3, gflop / best);
}
fn main() {
    let d: usize = std::env::args().nth(1).and_then(|x| x.parse().ok()).unwrap_or(192);
    let n: usize = std::env::args().nth(2).and_then(|x| x.parse().ok()).unwrap_or(892);
    let groups = if d == 192 { 1 } else { 2 };
    let dev = Device::Cpu;
    let heads = Heads { query: d / 64, key_value: groups, dim: 64, gate: Gate::PerHead };
    let inner = d * 8 / 3 / 4 * 4;
    let r = |s: &[usize]| Tensor::randn(0f32, 1.0, s, &dev).unwrap();
    let f = tempfile::Builder::new().suffix(".safetensors").tempfile().unwrap();
    let ts: std::collections::HashMap<String, Tensor> = [
        ("n.weight", vec![d]),
        ("qn.weight", vec![64]),
        ("qkv.weight", vec![heads.width(), d]),
        ("proj.weight", vec![d, d]),
        ("up.weight", vec![2 * inner, d]),
        ("down.weight", vec![d, inner]),
    ]
    .into_iter()
    .map(|(k, v)| (k.to_owned(), (r(&v) * 0.05).unwrap()))
    .collect();
    candle_core::safetensors::save(&ts, f.path()).unwrap();
    let s = Weights::open(f.path()).unwrap().root(&dev);
    let p = Precision::F32;
    let norm = RmsNorm::new(d, 1, &s.pp("n")).unwrap();
    let qn = RmsNorm::new(64, 1, &s.pp("qn")).unwrap();
    let lin = |i, o, a, name: &str| Linear::new(i, o, 1, a, p, &s.pp(name)).unwrap();
    let qkv = lin(d, heads.width(), Activation::None, "qkv");
    let proj = lin(d, d, Activation::None, "proj");
    let up = lin(d, 2 * inner, Activation::SwiGlu7, "up");
    let down = lin(inner, d, Activation::None, "down");
    let routing = Routing { video: n, audio: 0, text: 0 };
    let x = r(&[n, d]);
    let rope = r(&[n, 48]);
    let gf = |a: usize, b: usize| 2e-9 * (n * a * b) as f64;
    time("norm", 0.0, || {
        norm.forward(&x, &routing, p).unwrap();
    });
    time("qkv", gf(d, heads.width()), || {
        qkv.forward(&x, &routing, Then::Return).unwrap();
    });
    let y = qkv.forward(&x, &routing, Then::Return).unwrap();
    time("split", 0.0, || {
        split_heads(&y, &heads, (&qn, &qn), &rope, &routing, p).unwrap();
    });
    let h = split_heads(&y, &heads, (&qn, &qn), &rope, &routing, p).unwrap();
    time("attention", 2.0 * gf(d, n), || {
        attention(&h, &routing, Window::Full, p).unwrap();
    });
    time("proj+add", gf(d, d), || {
        proj.forward(&x, &routing, Then::Add(&x)).unwrap();
    });
    time("up", gf(d, 2 * inner), || {
        up.forward(&x, &routing, Then::Activate).unwrap();
    });
    time("up without swiglu", gf(d, 2 * inner), || {
        up.forward(&x, &routing, Then::Return).unwrap();
    });
    let u = up.forward(&x, &routing, Then::Activate).unwrap();
    time("down+add", gf(d, inner), || {
        down.forward(&u, &routing, Then::Add(&x)).unwrap();
    });
}
