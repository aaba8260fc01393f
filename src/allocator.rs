//! jemalloc instead of the system's allocator.
//!
//! Memory is taken by one thread and given back by another all the time here: an update is read by
//! one and decided on by the next, and sled lets whoever comes along free what others have dropped.
//! glibc's arenas have them wait for each other over that, so much that two threads looking through
//! a store are no faster than one, and keep what was given back.

use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// jemalloc looks for it under this name. Two arenas, where it would make four for each processor;
/// threads that keep nothing beyond 4 KiB for themselves, and little of each size; and what is free
/// goes back to the system soon: memory is what a small server is short of.
#[unsafe(export_name = "_rjem_malloc_conf")]
static SETTINGS: &[u8; 116] = b"narenas:2,dirty_decay_ms:100,muzzy_decay_ms:0,lg_tcache_max:12,\
    tcache_nslots_small_min:4,tcache_nslots_small_max:20\0";
