//! Attacks, each as its author would play it, and what becomes of it.

mod bombing;
mod breaker;
mod enumeration;
mod pumping;
