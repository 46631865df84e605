use crate::number::dot;

/// How many numbers a vector has.
pub const SIZE: usize = 512;

/// What a text means, as a point at distance 1 from the origin.
#[derive(Clone, PartialEq, Debug)]
pub struct Vector(Box<[f32; SIZE]>);

impl Vector {
    /// The point at distance 1 in the direction of some numbers.
    pub(crate) fn towards(numbers: &[f32]) -> Self {
        let length = dot(numbers, numbers).sqrt();
        let mut point = Box::new([0.0; SIZE]);
        if length > 0.0 {
            point.iter_mut().zip(numbers).for_each(|(one, number)| *one = number / length);
        }
        Self(point)
    }

    /// Its numbers, each between −1 and 1; their squares sum to 1.
    #[must_use]
    pub fn as_slice(&self) -> &[f32; SIZE] {
        &self.0
    }

    /// How alike two texts are: 1 for the same meaning, about 0 for meanings that have nothing to do with each other.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> f32 {
        dot(&self.0[..], &other.0[..]).clamp(-1.0, 1.0)
    }
}
