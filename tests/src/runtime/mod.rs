//! The Runtime API test bench: runs a Lambda's `bootstrap` as Lambda would, on the embedded cloud.
//!
//! [`api`] serves the Runtime API on loopback, [`sandbox`] starts a program on it and kills it at its deadline, [`event`] writes the events that
//! API Gateway and S3 send, [`stack`] is a whole bot of both functions, and [`faults`] spoils calls of AWS on their way.

pub mod api;
pub mod event;
pub mod faults;
pub mod sandbox;
pub mod stack;
pub mod tls;

pub use self::{
    faults::{Fault, Faults},
    sandbox::{Failure, Function, FunctionSettings, Sandbox},
    stack::{SIGN_IN, TestStack},
    tls::Authority,
};
