//! `serve`: the gateway, until it is stopped.

use crate::failure::Failure;
use crate::session::context::Context;
use crate::terminal::interrupt;
use crate::terminal::output::Answer;
use crate::terminal::values::whole;
use pnp_gateway::amount::Amount;
use pnp_gateway::chain::Caps;
use pnp_gateway::http::TrustedProxies;
use pnp_gateway::{DEFAULT_PORT, Ready, ServeSettings};
use pnp_ops::Connection;
use pnp_usage::StopSignal;
use std::io::IsTerminal as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The port; 0 takes any free one
    #[arg(long, env = "PNP_GATEWAY_PORT", hide_env_values = true, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The address to listen on; anything but loopback lets other machines in
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    listen: IpAddr,
    /// Where the store and the seed are kept [default: .pnp/gateway/NETWORK]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The port for a monitoring system: /metrics, /healthz and /readyz; 0 takes any free one [default: none]
    #[arg(long, env = "PNP_GATEWAY_METRICS_PORT", hide_env_values = true, value_name = "PORT")]
    metrics_port: Option<u16>,
    /// The address to listen on for it
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    metrics_listen: IpAddr,
    /// Proxies whose X-Forwarded-For says where a request comes from: addresses and ranges, with commas between them
    #[arg(
        long,
        env = "PNP_GATEWAY_TRUSTED_PROXIES",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "IP/BITS"
    )]
    trusted_proxies: Vec<TrustedProxies>,
    #[command(flatten)]
    caps: CapArgs,
}

impl Args {
    fn settings(&self) -> ServeSettings {
        ServeSettings {
            listen: SocketAddr::new(self.listen, self.port),
            folder: self.data_dir.clone(),
            metrics: self.metrics_port.map(|port| SocketAddr::new(self.metrics_listen, port)),
            trusted_proxies: self.trusted_proxies.iter().cloned().collect(),
            caps: self.caps.caps(),
        }
    }
}

/// The most that is signed in a day (UTC). What is over it waits for the next day.
#[derive(Debug, clap::Args)]
struct CapArgs {
    /// The most EUR that bills move in a day; more waits for the next day [default: no limit]
    #[arg(long, env = "PNP_GATEWAY_BILLS_PER_DAY", hide_env_values = true, value_name = "EUR", value_parser = eur)]
    bills_per_day: Option<Amount>,
    /// The most EUR that go from the treasury to wallets in a day [default: no limit]
    #[arg(long, env = "PNP_GATEWAY_DELIVERIES_PER_DAY", hide_env_values = true, value_name = "EUR", value_parser = eur)]
    deliveries_per_day: Option<Amount>,
    /// The most EUR that withdrawals move in a day [default: no limit]
    #[arg(long, env = "PNP_GATEWAY_WITHDRAWALS_PER_DAY", hide_env_values = true, value_name = "EUR", value_parser = eur)]
    withdrawals_per_day: Option<Amount>,
    /// The most microAlgos that fees and new accounts cost in a day [default: no limit]
    #[arg(long, env = "PNP_GATEWAY_FEES_PER_DAY", hide_env_values = true, value_name = "MICROALGOS", value_parser = whole)]
    fees_per_day: Option<u64>,
}

impl CapArgs {
    fn caps(&self) -> Caps {
        let cents = |amount: Option<Amount>| amount.map_or(u64::MAX, Amount::minor_units);
        Caps {
            bills: cents(self.bills_per_day),
            deliveries: cents(self.deliveries_per_day),
            withdrawals: cents(self.withdrawals_per_day),
            algos: self.fees_per_day.unwrap_or(u64::MAX),
        }
    }
}

/// An amount of whole cents.
fn eur(text: &str) -> Result<Amount, String> {
    let amount: Amount = text.parse().map_err(|error| format!("{error}"))?;
    match amount.in_cents() {
        Ok(_) if amount >= Amount::ZERO => Ok(amount),
        _ => Err("write EUR in whole cents, for example 1000 or 99.50".to_owned()),
    }
}

/// Does it.
pub(crate) async fn run(context: &Context, args: &Args) -> Result<Answer, Failure> {
    let connection = Arc::new(Connection::open(context.settings(), context.host()).await?);
    let settings = args.settings();
    let outcome = serve(context, &connection, &settings).await;
    // Everything that used it has ended.
    if let Some(connection) = Arc::into_inner(connection) {
        let closed = connection.close().await;
        outcome?;
        closed?;
    } else {
        outcome?;
    }
    context.out.say("stopped");
    Ok(Answer::Nothing)
}

async fn serve(context: &Context, connection: &Arc<Connection>, settings: &ServeSettings) -> Result<(), Failure> {
    let running = pnp_gateway::start(Arc::clone(connection), settings).await?;
    if !settings.listen.ip().is_loopback() {
        context.out.warn(&format!("listening on {}: other machines can reach this gateway", settings.listen.ip()));
    }
    // Before the answer: whoever reads it may ask the process to end at once.
    let stop = StopSignal::new();
    interrupt::stop_in_order(stop.clone());
    let stopped = stopped(stop);
    context.out.answer(Answer::of(&running.ready, text(&running.ready))?)?;
    if let Some(link) = &running.first_link {
        say_first_link(context, link, &running.ready.folder);
    }
    running.run_until(stopped).await?;
    Ok(())
}

/// Shows the dashboard's first link to a person alone: what is not a terminal may be a log.
fn say_first_link(context: &Context, link: &str, folder: &str) {
    if std::io::stderr().is_terminal() && std::io::stdout().is_terminal() {
        context.out.say(&format!("To set the dashboard's password, open once: {link}"));
    } else {
        context.out.say(&format!("To set the dashboard's password, open the link in {folder}/dashboard-link once."));
    }
}

/// Ends with Ctrl-C, or where the process is asked to end. Both are listened to from the call on.
fn stopped(stop: StopSignal) -> impl Future<Output = ()> {
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    async move {
        #[cfg(unix)]
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                () = stop.stopped() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        stop.stopped().await;
    }
}

fn text(ready: &Ready) -> String {
    let Ready { url, dashboard, metrics, network, api_key, app_id, asset_id, treasury, folder, .. } = ready;
    let key = api_key.map_or(String::new(), |key| format!("key        {key}  (from this machine)\n"));
    let metrics = metrics.as_ref().map_or(String::new(), |url| format!("metrics    {url}\n"));
    // Keys exist there that work without further ado, and so does the demo.
    let demo = if ready.keys == "mock" { format!("demo       {url}/demo\n") } else { String::new() };
    format!(
        "gateway    {url}\n{key}network    {network}\ncontract   application {app_id}, asset {asset_id}\n\
         treasury   {treasury}\nstore      {folder}\ndocs       {url}/docs\ndashboard  {dashboard}\n{demo}{metrics}Stop it with Ctrl-C."
    )
}
