//! A throw-away PostgreSQL cluster for the tests of one process.
//!
//! It is started at the first use, in a temporary folder, on a free port, with fsync on. A watchdog shell holds the
//! reading end of a pipe whose other end dies with this process, however that dies; it then stops the cluster and
//! removes the folder. PostgreSQL refuses to run as root, so root hands it to the user `postgres` or `nobody`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test without its database has nothing to say but why")]
#![allow(dead_code, reason = "each test binary uses what it needs")]

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

struct Cluster {
    bin: PathBuf,
    port: u16,
    /// Closed by the end of this process, which ends the watchdog.
    _lifeline: ChildStdin,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Creates an empty database and returns its address, `postgres://…`. Blocks for the start of the cluster at first.
pub fn fresh_database() -> String {
    let cluster = CLUSTER.get_or_init(start);
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    psql(cluster, "postgres", &format!("CREATE DATABASE {name}"));
    format!("postgres://postgres@127.0.0.1:{}/{name}", cluster.port)
}

/// Runs statements in the database at this address, past any pool: for what another client would do.
pub fn run_sql(url: &str, sql: &str) {
    let cluster = CLUSTER.get_or_init(start);
    psql(cluster, url.rsplit('/').next().unwrap(), sql);
}

fn psql(cluster: &Cluster, database: &str, sql: &str) {
    let output = Command::new(cluster.bin.join("psql"))
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "postgres", "-p"])
        .arg(cluster.port.to_string())
        .args(["-d", database, "-c", sql])
        .output()
        .expect("psql starts");
    assert!(output.status.success(), "psql: {sql}: {}", String::from_utf8_lossy(&output.stderr));
}

fn start() -> Cluster {
    let bin = binaries();
    let folder = std::env::temp_dir().join(format!("tradewind-postgres-{}", std::process::id()));
    // A folder of this name is left from an older process that had the same number.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).expect("a temporary folder can be made");
    let user = unprivileged_user();
    if let Some(user) = &user {
        let owned = Command::new("chown").arg(user).arg(&folder).status().expect("chown starts");
        assert!(owned.success(), "the folder {} cannot be given to {user}", folder.display());
    }
    // Another program may take the free port before the cluster does.
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if let Some(lifeline) = launch(&bin, &folder, user.as_deref(), port) {
            return Cluster { bin, port, _lifeline: lifeline };
        }
    }
    panic!("PostgreSQL did not start in {}; see `log` there", folder.display());
}

/// Starts the watchdog and, under it, the cluster; returns the pipe that keeps both alive.
fn launch(bin: &Path, folder: &Path, user: Option<&str>, port: u16) -> Option<ChildStdin> {
    const SCRIPT: &str = r#"
        exec 2>>"$FOLDER/watchdog.log"
        cd "$FOLDER"
        if [ ! -e data/PG_VERSION ]; then
            $AS "$BIN/initdb" -D "$FOLDER/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >&2
        fi
        if $AS "$BIN/pg_ctl" -D "$FOLDER/data" -l "$FOLDER/data/server.log" -w -t 60 \
            -o "-p $PORT -h 127.0.0.1 -k '$FOLDER' -c fsync=on -c deadlock_timeout=100ms -c max_connections=300" start >&2
        then
            echo ready
            read -r _
            $AS "$BIN/pg_ctl" -D "$FOLDER/data" -m immediate stop >&2
            rm -rf "$FOLDER"
        else
            echo failed
        fi"#;
    let drop_rights = user.map(|user| format!("setpriv --reuid={user} --regid={} --clear-groups --", group_of(user))).unwrap_or_default();
    #[allow(clippy::zombie_processes, reason = "it must outlive this process, which cannot wait for it then")]
    let mut watchdog: Child = Command::new("sh")
        .args(["-c", SCRIPT])
        .env("BIN", bin)
        .env("FOLDER", folder)
        .env("PORT", port.to_string())
        .env("AS", drop_rights)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Ctrl-C ends the tests; the watchdog must outlive them to clean up.
        .process_group(0)
        .spawn()
        .expect("sh starts");
    let lifeline = watchdog.stdin.take().unwrap();
    let mut line = String::new();
    BufReader::new(watchdog.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (line.trim() == "ready").then_some(lifeline)
}

fn binaries() -> PathBuf {
    let packaged = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let configured =
        Command::new("pg_config").arg("--bindir").output().ok().map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    packaged
        .chain(configured)
        .filter(|bin| bin.join("initdb").exists())
        .max()
        .expect("PostgreSQL's server programs are installed (apt-get install postgresql)")
}

/// Whom to run as when we are root; None when we are not.
fn unprivileged_user() -> Option<String> {
    if id(&["-u"]) != "0" {
        return None;
    }
    let mut users = String::new();
    std::fs::File::open("/etc/passwd").unwrap().read_to_string(&mut users).unwrap();
    let known = |user: &&str| users.lines().any(|line| line.starts_with(&format!("{user}:")));
    Some(["postgres", "nobody"].into_iter().find(known).expect("a user postgres or nobody exists").to_owned())
}

fn group_of(user: &str) -> String {
    id(&["-g", user])
}

fn id(args: &[&str]) -> String {
    String::from_utf8(Command::new("id").args(args).output().expect("id starts").stdout).unwrap().trim().to_owned()
}
