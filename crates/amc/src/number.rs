//! The exponential function, alone and many at a time.

/// `e^x` to a relative error below 6e-6, by `2^n · 2^f` with a polynomial for `|f| ≤ ½`; below −80 it is as good as 0, above 80 it stays at
/// `e^80`. Plain arithmetic, so that a loop over many values runs in SIMD lanes and gives the same bits on every machine.
pub(crate) fn exp(x: f32) -> f32 {
    // 1.5 · 2²³: a sum with it is rounded to a whole number, which stands in its lower bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x > -80.0 { x } else { -80.0 };
    let x = if x < 80.0 { x } else { 80.0 };
    let scaled = x * std::f32::consts::LOG2_E;
    let rounded = scaled + ROUND;
    let f = scaled - (rounded - ROUND);
    let power = 1.0
        + f * (std::f32::consts::LN_2
            + f * (0.240_226_5
                + f * (0.055_504_11 + f * (0.009_618_129 + f * (0.001_333_355_8 + f * 0.000_154_035_3)))));
    let whole = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    power * f32::from_bits(whole.wrapping_add(127) << 23)
}

/// `Σ e^((value − top) · factor)`, in eight sums that are added last, so that it runs in SIMD lanes.
pub(crate) fn exp_sum(values: &[f32], top: f32, factor: f32) -> f32 {
    let mut sums = [0f32; 8];
    let (chunks, rest) = values.as_chunks::<8>();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += exp((value - top) * factor));
    }
    let rest: f32 = rest.iter().map(|value| exp((value - top) * factor)).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sum_of_many_is_the_sum_of_each() {
        let values: Vec<f32> = (0..21).map(|i| i as f32 * 0.1 - 1.0).collect();
        let exact: f32 = values.iter().map(|value| ((value - 1.0) * 3.0).exp()).sum();
        assert!((super::exp_sum(&values, 1.0, 3.0) / exact - 1.0).abs() < 1e-5);
    }

    #[test]
    fn it_is_the_exponential_function() {
        for i in -7900..7900 {
            let x = i as f32 / 100.0;
            let (ours, exact) = (f64::from(super::exp(x)), f64::from(x).exp());
            assert!((ours / exact - 1.0).abs() < 6e-6, "{x}: {ours} {exact}");
        }
        assert!(super::exp(f32::NEG_INFINITY) < 1e-30);
    }
}
