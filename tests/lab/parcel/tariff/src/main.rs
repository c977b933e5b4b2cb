//! Tariff prices parcels: a small HTTP server over a table of zones that is read again now and then.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, RwLock};
use std::time::Duration;
use std::{env, fs, thread};

use tracing::{error, info, warn};

const VERSION: &str = "2.3.0";

struct Zone {
    base: u32,
    steps: Vec<u32>,
}

type Table = HashMap<String, Zone>;

fn read_table(path: &str) -> std::io::Result<Table> {
    let text = fs::read_to_string(path)?;
    let mut table = Table::new();
    for line in text.lines() {
        let mut parts = line.split(',');
        let name = parts.next().unwrap_or_default().to_string();
        let numbers: Vec<u32> = parts.filter_map(|part| part.parse().ok()).collect();
        if let Some((base, steps)) = numbers.split_first() {
            table.insert(name, Zone { base: *base, steps: steps.to_vec() });
        }
    }
    Ok(table)
}

fn price(table: &Table, zone: &str, grams: usize) -> Option<u32> {
    let zone = table.get(zone)?;
    let step = (grams / 1000).min(zone.steps.len() - 1);
    Some(zone.base + zone.steps[step])
}

fn argument<'a>(query: &'a str, name: &str) -> &'a str {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map_or("", |(_, value)| value)
}

fn serve(mut stream: TcpStream, table: &RwLock<Table>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    if reader.read_line(&mut request)? == 0 {
        return Ok(());
    }
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let target = request.split(' ').nth(1).unwrap_or("/").to_string();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let zone = argument(query, "zone");
    let grams = argument(query, "grams").parse().unwrap_or(0);
    let (status, body) = if target == "/healthz" {
        ("200 OK", format!("{{\"version\": \"{VERSION}\"}}"))
    } else {
        let table = table.read().unwrap_or_else(|broken| broken.into_inner());
        match price(&table, zone, grams) {
            Some(cents) => ("200 OK", format!("{{\"cents\": {cents}}}")),
            None => ("404 Not Found", "{\"error\": \"unknown zone\"}".to_string()),
        }
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    info!(zone, grams, status, "priced");
    Ok(())
}

fn refresh(path: String, table: Arc<RwLock<Table>>) {
    loop {
        thread::sleep(Duration::from_secs(10));
        match read_table(&path) {
            Ok(fresh) => {
                info!(zones = fresh.len(), errors = 0, "tariff table read again");
                *table.write().unwrap_or_else(|broken| broken.into_inner()) = fresh;
            }
            Err(problem) => warn!(%problem, "tariff table not read, keeping the old one"),
        }
    }
}

fn main() {
    tracing_subscriber::fmt().init();
    info!(version = VERSION, "tariff starting");
    let path = env::var("TARIFF_TABLE").unwrap_or_else(|_| "/srv/parcel/tariff.csv".to_string());
    let address = env::var("LISTEN").unwrap_or_else(|_| "0.0.0.0:7070".to_string());
    let table = match read_table(&path) {
        Ok(table) => Arc::new(RwLock::new(table)),
        Err(problem) => {
            error!(path, %problem, "cannot read the tariff table");
            std::process::exit(1);
        }
    };
    let listener = match TcpListener::bind(&address) {
        Ok(listener) => listener,
        Err(problem) => {
            error!(address, error = %problem, "cannot listen");
            std::process::exit(1);
        }
    };
    info!(address, "tariff listening");
    let shared = Arc::clone(&table);
    thread::spawn(move || refresh(path, shared));
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let table = Arc::clone(&table);
                let work = thread::Builder::new().name("request".to_string());
                let started = work.spawn(move || {
                    if let Err(problem) = serve(stream, &table) {
                        info!(%problem, "client went away");
                    }
                });
                if let Err(problem) = started {
                    error!(%problem, "cannot start a thread");
                }
            }
            Err(problem) => {
                error!(error = %problem, "accept failed");
                thread::sleep(Duration::from_millis(300));
            }
        }
    }
}
