//! Configurations: a file, and after a line of `%%` the environment, a variable a line.

#![no_main]

use countersign::config::load_text;
use countersign_fuzz::Counting;
use libfuzzer_sys::fuzz_target;

/// Stands where a secret belongs.
const TOKEN: &str = "123456789:AAEhBP0av18yWr0fmLXG6PjVd4XkqbEXAMPL";
const SECRETS: [&str; 3] = [TOKEN, "hunter2hunter2", "0123456789abcdef0123456789abcdef"];

fuzz_target!(|input: &str| {
    // Files named in it would be read, and passwords in plain text are hashed slowly on purpose.
    let slow = |text: &str| text.contains("_file") || text.to_lowercase().contains("_file");
    if slow(input) || input.contains("password =") {
        return;
    }
    let (text, environment) = input.split_once("\n%%\n").unwrap_or((input, ""));
    let environment: Vec<_> = environment
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    let load = || load_text(text, environment.clone().into_iter(), &mut Counting::new(1));
    let said = match (load(), load()) {
        (Ok(loaded), Ok(again)) => {
            assert_eq!(format!("{loaded:?}"), format!("{again:?}"));
            let config = &loaded.config;
            assert!(!config.channels().is_empty() || config.gates.is_empty());
            let limits = config.gates.iter().map(|gate| &gate.limits).chain([&config.limits]);
            for limits in limits {
                assert!((4..=10).contains(&limits.code_length) && limits.code_length != 5);
                assert!(!limits.lockouts.is_empty() && !limits.resend_waits.is_empty());
                assert!(limits.code_attempts > 0 && limits.password_attempts > 0);
                assert!(limits.hard_stop > 0);
            }
            for gate in &config.gates {
                assert!(gate.id.0 < 0 && !gate.channels.is_empty());
            }
            let warnings = loaded.warnings.iter().map(ToString::to_string);
            warnings.chain([format!("{loaded:?}")]).collect::<Vec<_>>().join("\n")
        }
        (Err(error), Err(again)) => {
            assert_eq!(error.to_string(), again.to_string());
            format!("{error}\n{error:?}")
        }
        (_, _) => panic!("the same configuration will do and will not"),
    };
    // Where a secret belongs it is never repeated; elsewhere (in the place of a key, say) nobody
    // can know it for one, but a token is recognised by its looks.
    assert!(!said.lines().any(|line| line.contains(TOKEN) && !line.contains("{")), "{said}");
    for key in ["token", "password_hash", "auth_token", "password"] {
        for secret in SECRETS {
            let value = format!("{key} = \"{secret}\"");
            if text.matches(secret).count() == 1 && text.contains(&value) && parses(text) {
                assert!(!said.contains(secret), "{said}");
            }
        }
    }
});

/// As long as a text is no TOML, nothing is known of what is a secret in it.
fn parses(text: &str) -> bool {
    !load_text(text, std::iter::empty(), &mut Counting::new(1))
        .is_err_and(|error| error.to_string().contains("not TOML"))
}
