//! What the process takes up.

use countersign::sandbox::Person;
use futures_util::future::join_all;
use rustix::process::Signal;

use crate::process::{Host, Process};
use crate::scene::{PASSWORD, Setup, hears};

/// The memory of a process right now, in MiB.
fn memory_of(process: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()));
    let status = status.expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    let kib = line.split_whitespace().next().expect("a number");
    kib.parse::<u64>().expect("a number") / 1024
}

/// Comparing a password takes 19 MiB, one at a time on each core but one; not more, however many
/// guess.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_guesses_take_no_more_memory_than_a_few() {
    let host = Host::with(&Setup { limits: "password_attempts = 50", ..Setup::default() }).await;
    let process = host.is_on_duty().await;
    let people: Vec<Person> = (0..12).map(|n| host.world.person(&format!("P{n}"))).collect();
    let guesses = people.iter().map(|person| async move {
        person.requests_to_join();
        hears(person, "type the password").await;
        for left in (42..50).rev() {
            person.types("open barley");
            hears(person, &format!("You have {left} tries left.")).await;
        }
        person.types(PASSWORD);
        hears(person, "How may I send you your code?").await;
    });
    join_all(guesses).await;
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let most = 96 + 19 * cores;
    let takes = memory_of(&process);
    assert!(takes < most, "{takes} MiB, {most} are plenty");
    process.stops(Signal::TERM).await;
}
