//! Arithmetic that gives the same bits on every processor: IEEE numbers in a fixed order, without fused operations.
//!
//! Loops over eight sums side by side run in SIMD lanes, however wide these are.

/// Sums that are kept side by side.
const LANES: usize = 8;

/// `Σ a·b`, in eight sums that are added last.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    a_rest.iter().zip(b_rest).enumerate().for_each(|(lane, (a, b))| sums[lane] += a * b);
    sums.iter().sum()
}

/// `Σ a`, in eight sums that are added last.
fn sum(values: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (eights, rest) = values.as_chunks::<LANES>();
    for eight in eights {
        for lane in 0..LANES {
            sums[lane] += eight[lane];
        }
    }
    rest.iter().enumerate().for_each(|(lane, value)| sums[lane] += value);
    sums.iter().sum()
}

/// Shifts and stretches values to mean 0 and variance 1, then by `gain` and `bias`.
pub(crate) fn normalise_layer(values: &mut [f32], gain: &[f32], bias: &[f32]) {
    const EPSILON: f32 = 1e-12;
    let count = values.len() as f32;
    let mean = sum(values) / count;
    values.iter_mut().for_each(|value| *value -= mean);
    let stretch = 1.0 / (dot(values, values) / count + EPSILON).sqrt();
    for ((value, gain), bias) in values.iter_mut().zip(gain).zip(bias) {
        *value = *value * stretch * gain + bias;
    }
}

/// The largest distance from 0.
pub(crate) fn largest(values: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (eights, rest) = values.as_chunks::<LANES>();
    for eight in eights {
        for lane in 0..LANES {
            let size = eight[lane].abs();
            lanes[lane] = if size > lanes[lane] { size } else { lanes[lane] };
        }
    }
    rest.iter().chain(&lanes).fold(0.0, |most, value| if value.abs() > most { value.abs() } else { most })
}

/// The nearest whole number of a value between −2^22 and 2^22, the even one of two.
///
/// Numbers of 1.5·2^23 and a little more have no places after the point, and their lowest bits are what was added.
pub(crate) fn nearest(value: f32) -> i32 {
    const WHOLE: f32 = 12_582_912.0;
    ((value + WHOLE).to_bits() as i32).wrapping_sub(WHOLE.to_bits() as i32)
}

/// Hyperbolic tangent, right to the last bit or the one before; `f32::tanh` is the platform's own, which differ.
pub(crate) fn tanh(value: f32) -> f32 {
    // Beyond 10, single precision knows but ±1. In double precision the quotient loses no digit that counts.
    let power = exponential(f64::from(2.0 * value.abs().min(10.0)));
    ((1.0 - 2.0 / (power + 1.0)) as f32).copysign(value)
}

/// `e^value` for values from 0 to 20: a power of two, times the first terms of the series for what is left.
fn exponential(value: f64) -> f64 {
    let doublings = (value * std::f64::consts::LOG2_E + 0.5) as u32;
    let rest = value - f64::from(doublings) * std::f64::consts::LN_2;
    let power = (1..=11).rev().fold(1.0, |sum, term| 1.0 + sum * rest / f64::from(term));
    power * f64::from(1_u32 << doublings.min(31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tanh_is_right_to_a_ten_millionth() {
        for step in -120_000..=120_000_i32 {
            let value = step as f32 / 10_000.0;
            let exact = f64::from(value).tanh();
            assert!((f64::from(tanh(value)) - exact).abs() <= 1.2e-7 * exact.abs(), "{value}");
        }
        assert_eq!([0.0, 1e30, -1e30].map(tanh), [0.0, 1.0, -1.0]);
    }

    #[test]
    fn nearest_rounds_to_even() {
        let values = [0.0, 0.5, 1.5, -0.5, -2.5, 2.4999, -8191.6, 32767.2];
        assert_eq!(values.map(nearest), [0, 0, 2, 0, -2, 2, -8192, 32767]);
    }

    #[test]
    fn sums_take_what_fills_no_lane() {
        let values: Vec<f32> = (1..=11).map(|value| value as f32).collect();
        assert_eq!((sum(&values), dot(&values, &values), largest(&values)), (66.0, 506.0, 11.0));
        assert_eq!(largest(&[-3.0, 2.0]), 3.0);
    }
}
