fn main() {
    println!("under way");
}
