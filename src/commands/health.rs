//! `countersign health`: asks the running process whether it is alive.

use std::path::Path;

use countersign::config;
use countersign::ops::health;

use crate::cli::Exit;

/// Ends well or with 1, never with 2: Docker keeps that code of a health check for itself.
pub async fn health(path: Option<&Path>) -> Exit {
    let address = match config::load_listen(path, std::env::vars_os()) {
        Ok(Some(address)) => address,
        Ok(None) => {
            eprintln!("error: http.listen is \"\", so there is nobody to ask; set an address");
            return Exit::Failed;
        }
        Err(error) => {
            eprintln!("error: {error}");
            return Exit::Failed;
        }
    };
    match health::ask(address).await {
        Ok(()) => Exit::Well,
        Err(error) => {
            eprintln!("error: {error}");
            Exit::Failed
        }
    }
}
