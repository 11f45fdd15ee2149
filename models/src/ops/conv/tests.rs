//! Every kind of layer against sums written out in float64, on the kernel and on the composition.

use candle_core::{DType, Device, Tensor};

use super::{Activation, Before, Convolution, Geometry, Guard, Spread, TimeEdge};

struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32) / (1u64 << 23) as f32 - 1.0
    }

    fn tensor(&mut self, shape: &[usize]) -> Tensor {
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| self.next()).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).expect("tensor")
    }
}

/// The nearest values of bfloat16.
fn rounded(x: &Tensor) -> Tensor {
    x.to_dtype(DType::BF16).and_then(|x| x.to_dtype(DType::F32)).expect("rounded")
}

fn values(x: &Tensor) -> Vec<f64> {
    x.to_dtype(DType::F64).and_then(|x| x.flatten_all()?.to_vec1()).expect("values")
}

/// Padding and taps written out; `groups` is 1 or the number of channels.
fn reference(x: &Tensor, w: &Tensor, bias: &Tensor, g: &Geometry, depthwise: bool) -> (Vec<usize>, Vec<f64>) {
    let (b, ci, t, h, wd) = x.dims5().expect("five axes");
    let (co, wi, kt, kh, kw) = w.dims5().expect("five axes");
    let (xs, ws, bs) = (values(x), values(w), values(bias));
    let extent = |axis: usize, n: usize, k: usize| {
        (n + g.pad[axis][0] + g.pad[axis][1] - g.dilation[axis] * (k - 1) - 1) / g.stride[axis] + 1
    };
    let (to, ho, wo) = (extent(0, t, kt), extent(1, h, kh), extent(2, wd, kw));
    let mut out = Vec::new();
    for n in 0..b {
        for o in 0..co {
            for (z, y, x) in (0..to).flat_map(|z| (0..ho).flat_map(move |y| (0..wo).map(move |x| (z, y, x)))) {
                let mut sum = bs[o];
                for i in 0..wi {
                    let channel = if depthwise { o } else { i };
                    for (dz, dy, dx) in (0..kt).flat_map(|z| (0..kh).flat_map(move |y| (0..kw).map(move |x| (z, y, x))))
                    {
                        let at = |axis: usize, p: usize, d: usize| {
                            (p * g.stride[axis] + d * g.dilation[axis]) as isize - g.pad[axis][0] as isize
                        };
                        let (mut z, y, x) = (at(0, z, dz), at(1, y, dy), at(2, x, dx));
                        if g.time_edge == TimeEdge::Replicate {
                            z = z.clamp(0, t as isize - 1);
                        }
                        let inside = |p: isize, n: usize| (0..n as isize).contains(&p);
                        if inside(z, t) && inside(y, h) && inside(x, wd) {
                            let x = xs[(((n * ci + channel) * t + z as usize) * h + y as usize) * wd + x as usize];
                            sum += x * ws[(((o * wi + i) * kt + dz) * kh + dy) * kw + dx];
                        }
                    }
                }
                out.push(sum);
            }
        }
    }
    (vec![b, co, to, ho, wo], out)
}

fn assert_close(what: &str, found: &Tensor, shape: &[usize], expected: &[f64]) {
    assert_eq!(found.dims(), shape, "{what}");
    let scale = expected.iter().fold(1e-9f64, |a, b| a.max(b.abs()));
    for (i, (a, b)) in values(found).iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= 3e-6 * scale, "{what}, element {i}: {a}, expected {b}");
    }
}

fn check(what: &str, layer: &Convolution, x: &Tensor, shape: &[usize], expected: &[f64]) {
    assert_close(what, &layer.forward(x).expect("forward"), shape, expected);
    assert_close(&format!("{what} (composed)"), &layer.composed(x, None).expect("composed"), shape, expected);
    let residual = Noise(7).tensor(shape);
    let sums: Vec<f64> = expected.iter().zip(values(&residual)).map(|(a, b)| a + b).collect();
    assert_close(&format!("{what} + residual"), &layer.forward_add(x, &residual).expect("forward"), shape, &sums);
}

#[test]
fn dense_layers_match_the_sums_written_out() {
    let replicate = TimeEdge::Replicate;
    let cases = [
        ("3x3x3 replicated", [1, 5, 4, 6, 7], 9, [3, 3, 3], Geometry::same([3; 3], replicate)),
        ("3x3x3 of one frame", [2, 3, 1, 5, 40], 13, [3, 3, 3], Geometry::same([3; 3], replicate)),
        ("3x3x3 causal", [1, 24, 7, 9, 50], 16, [3, 3, 3], Geometry::causal([3; 3])),
        ("causal of one frame", [1, 4, 1, 3, 3], 4, [3, 3, 3], Geometry::causal([3; 3])),
        ("one input", [1, 1, 3, 5, 6], 8, [3, 3, 3], Geometry::same([3; 3], replicate)),
        ("many channels", [1, 150, 2, 4, 5], 3, [3, 3, 3], Geometry::same([3; 3], replicate)),
        ("1x1x1", [1, 17, 3, 5, 7], 6, [1, 1, 1], Geometry::PLAIN),
        ("3x1x1", [1, 8, 9, 4, 6], 16, [3, 1, 1], Geometry::same([3, 1, 1], replicate)),
        ("3x1x1 stride 2", [1, 8, 9, 4, 6], 8, [3, 1, 1], Geometry { stride: [2, 1, 1], ..Geometry::PLAIN }),
        ("many rows", [1, 30, 1, 300, 40], 8, [1, 3, 3], Geometry::same([1, 3, 3], replicate)),
        (
            "3x3 stride 2",
            [1, 6, 3, 8, 10],
            7,
            [1, 3, 3],
            Geometry { stride: [1, 2, 2], pad: [[0; 2], [0, 1], [0, 1]], ..Geometry::PLAIN },
        ),
        ("7 samples dilated", [1, 12, 1, 5000, 1], 12, [1, 7, 1], Geometry::samples(1, 9, 27)),
        ("one output", [2, 16, 1, 700, 1], 1, [1, 7, 1], Geometry::samples(1, 1, 3)),
        ("two outputs", [1, 16, 1, 900, 1], 2, [1, 7, 1], Geometry::samples(1, 1, 3)),
        ("8 samples stride 4", [1, 8, 1, 4003, 1], 16, [1, 8, 1], Geometry::samples(4, 1, 2)),
    ];
    for (seed, (what, x, outputs, kernel, geometry)) in cases.into_iter().enumerate() {
        let mut noise = Noise(seed as u64);
        let x = noise.tensor(&x);
        let weight = noise.tensor(&[outputs, x.dims()[1], kernel[0], kernel[1], kernel[2]]);
        let bias = noise.tensor(&[outputs]);
        let layer = Convolution::new(&weight, Some(&bias), geometry).expect("layer");
        let (shape, expected) = reference(&x, &weight, &bias, &geometry, false);
        check(what, &layer, &x, &shape, &expected);
        // Products of values that bfloat16 holds are exact, whichever registers multiply them.
        let (x, weight) = (rounded(&x), rounded(&weight));
        let layer = weight.to_dtype(DType::BF16).map_err(Into::into);
        let layer = layer.and_then(|weight| Convolution::new(&weight, Some(&bias), geometry)).expect("layer");
        let (shape, expected) = reference(&x, &weight, &bias, &geometry, false);
        check(&format!("{what}, bfloat16"), &layer, &x, &shape, &expected);
    }
}

#[test]
fn depthwise_layers_match_the_sums_written_out() {
    for (kernel, x) in [([5, 5, 5], [1, 8, 6, 5, 9]), ([3, 3, 3], [2, 3, 1, 40, 20]), ([1, 1, 1], [1, 9, 2, 3, 4])] {
        let mut noise = Noise(3);
        let x = noise.tensor(&x);
        let weight = noise.tensor(&[x.dims()[1], 1, kernel[0], kernel[1], kernel[2]]);
        let bias = noise.tensor(&[x.dims()[1]]);
        let geometry = Geometry::same(kernel, TimeEdge::Replicate);
        let layer = Convolution::depthwise(&weight, Some(&bias), geometry).expect("layer");
        let (shape, expected) = reference(&x, &weight, &bias, &geometry, true);
        check("depthwise", &layer, &x, &shape, &expected);
    }
}

#[test]
fn transposed_layers_match_the_sums_written_out() {
    for (stride, kernel, pad, length) in [(8, 16, 4, 50), (4, 8, 2, 900), (2, 4, 1, 33), (3, 6, 2, 20), (1, 2, 1, 5)] {
        let mut noise = Noise(stride as u64);
        let (inputs, outputs) = (6, 5);
        let x = noise.tensor(&[2, inputs, length]);
        let weight = noise.tensor(&[inputs, outputs, kernel]);
        let bias = noise.tensor(&[outputs]);
        let layer = Convolution::transposed(&weight, Some(&bias), stride, pad).expect("layer");
        let long = (length - 1) * stride + kernel - 2 * pad;
        let (xs, ws, bs) = (values(&x), values(&weight), values(&bias));
        let mut expected = vec![0f64; 2 * outputs * long];
        for (i, sum) in expected.iter_mut().enumerate() {
            let (b, o, at) = (i / (outputs * long), i / long % outputs, i % long);
            *sum = bs[o];
            for (l, k) in (0..length).flat_map(|l| (0..kernel).map(move |k| (l, k))) {
                if l * stride + k == at + pad {
                    for c in 0..inputs {
                        *sum += xs[(b * inputs + c) * length + l] * ws[(c * outputs + o) * kernel + k];
                    }
                }
            }
        }
        let found = layer.forward(&x).expect("forward");
        assert_close("transposed", &found, &[2, outputs, long], &expected);
        let five = x.reshape((2, inputs, 1, length, 1)).expect("reshape");
        let found = layer.composed(&five, None).expect("composed");
        assert_close("transposed (composed)", &found, &[2, outputs, 1, long, 1], &expected);
    }
}

#[test]
fn what_stands_before_a_layer_matches_its_composition() {
    let mut noise = Noise(11);
    let x = noise.tensor(&[1, 20, 3, 7, 19]);
    let weight = noise.tensor(&[8, 20, 3, 3, 3]);
    let gain = noise.tensor(&[20]);
    let norm = |guard, gain, activation| Before::Norm { guard, gain, activation };
    for before in [
        norm(Guard::Add(1e-8), None, Activation::Silu),
        norm(Guard::Add(1e-6), None, Activation::None),
        norm(Guard::AtLeast(1e-12), Some(gain.clone()), Activation::Relu),
        Before::Snake { frequency: gain.clone(), height: gain.exp().expect("exp") },
    ] {
        let geometry = Geometry::same([3; 3], TimeEdge::Replicate);
        let layer = Convolution::new(&weight, None, geometry).and_then(|layer| layer.after(before)).expect("layer");
        let expected = layer.composed(&x, None).expect("composed");
        assert_close("before", &layer.forward(&x).expect("forward"), expected.dims(), &values(&expected));
    }
}

#[test]
fn enlarging_and_spreading_match_their_composition() {
    let mut noise = Noise(5);
    let x = noise.tensor(&[2, 9, 3, 5, 17]);
    let bias = noise.tensor(&[12]);
    let layer = Convolution::enlarged(&noise.tensor(&[12, 9, 3, 3]), Some(&bias)).expect("layer");
    let expected = layer.composed(&x, None).expect("composed");
    assert_eq!(expected.dims(), [2, 12, 3, 10, 34]);
    check("enlarged", &layer, &x, expected.dims(), &values(&expected));
    let patches = noise.tensor(&[18]);
    for (bias, spread, dims) in [
        (&patches, Spread::PixelsByColumn(3), [2, 2, 3, 15, 51]),
        (&bias, Spread::Frames, [2, 6, 6, 5, 17]),
        (&bias, Spread::PixelsByColumn(2), [2, 3, 3, 10, 34]),
        (&bias, Spread::PixelsByRow, [2, 3, 3, 10, 34]),
    ] {
        let geometry = Geometry::same([3; 3], TimeEdge::Replicate);
        let weight = noise.tensor(&[bias.elem_count(), 9, 3, 3, 3]);
        let layer = Convolution::new(&weight, Some(bias), geometry);
        let layer = layer.and_then(|layer| layer.spread(spread)).expect("layer");
        let expected = layer.composed(&x, None).expect("composed");
        assert_eq!(expected.dims(), dims);
        check("spread", &layer, &x, &dims, &values(&expected));
    }
}

#[test]
fn wrong_shapes_are_errors() {
    let mut noise = Noise(1);
    let weight = noise.tensor(&[4, 3, 3, 3, 3]);
    let layer = Convolution::new(&weight, None, Geometry::PLAIN).expect("layer");
    assert!(layer.forward(&noise.tensor(&[1, 2, 5, 5, 5])).is_err());
    assert!(layer.forward(&noise.tensor(&[1, 3, 2, 5, 5])).is_err());
    assert!(layer.forward_add(&noise.tensor(&[1, 3, 5, 5, 5]), &noise.tensor(&[1, 4, 3, 3, 2])).is_err());
    assert!(Convolution::new(&weight, Some(&noise.tensor(&[3])), Geometry::PLAIN).is_err());
}
