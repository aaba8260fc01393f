//! A new file in `locales/` must be noticed, though no Rust file names it.

fn main() {
    println!("cargo:rerun-if-changed=locales");
}
