//! crate docs
#![allow(dead_code)]

use std::fmt;
mod other;

const N: usize = 3;

/// P is
#[derive(Debug)]
pub struct P {
    x: i32,
    pub y: i32,
}

impl P {
    /// makes
    #[inline]
    pub fn new(x: i32) -> Self {
        let y = 1;
        P { x, y }
    }

    fn get(&self) -> i32 {
        self.x
    }
}

impl fmt::Display for P {
    type Out = i32;
    fn fmt(&self) -> i32 {
        match self.x {
            1 => 2,
            _ => 3,
        }
    }
}

trait T {
    fn a();
    fn b() { c() }
}

macro_rules! m {
    () => {};
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn works() {
        assert!(true);
        assert!(false);
    }
}
