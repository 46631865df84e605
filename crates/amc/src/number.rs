//! The exponential function, many at a time.

/// `e^x` to a relative error below 6e-6, by `2^n · 2^f` with a polynomial for `|f| ≤ ½`; below −80 it is as good as 0, above 80 it stays at
/// `e^80`. Plain arithmetic, so that a loop over many values runs in SIMD lanes and gives the same bits on every machine.
pub(crate) fn exp(x: f32) -> f32 {
    let scaled = x.clamp(-80.0, 80.0) * std::f32::consts::LOG2_E;
    // Adding and taking away 1.5 · 2²³ rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    let whole = (scaled + ROUND) - ROUND;
    let f = scaled - whole;
    let power = 1.0
        + f * (std::f32::consts::LN_2
            + f * (0.240_226_5
                + f * (0.055_504_11 + f * (0.009_618_129 + f * (0.001_333_355_8 + f * 0.000_154_035_3)))));
    power * f32::from_bits(((whole as i32 + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
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
