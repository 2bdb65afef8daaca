//! What the demo says, in each of its languages.

use serde_json::{Map, Value};

/// A language.
#[derive(Debug)]
pub(super) struct Words {
    /// Its code.
    pub(super) language: &'static str,
    /// `ltr` or `rtl`.
    pub(super) direction: &'static str,
    /// Its own name.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) skip: &'static str,
    pub(super) languages: &'static str,
    pub(super) film: &'static str,
    pub(super) wallet: &'static str,
    pub(super) amount_label: &'static str,
    pub(super) amount_value: &'static str,
    pub(super) hint: &'static str,
    pub(super) top_up: &'static str,
    pub(super) play: &'static str,
    pub(super) stop: &'static str,
    pub(super) receipt_title: &'static str,
    /// The members of the receipt, in their order.
    pub(super) receipt: [(&'static str, &'static str); 6],
    pub(super) no_script: &'static str,
    /// What the script says.
    script: &'static [(&'static str, &'static str)],
}

impl Words {
    /// The language that was asked for, or the one that the browser prefers.
    pub(super) fn chosen(asked: Option<&str>, preferred: &str) -> &'static Self {
        let of = |tag: &str| {
            let primary = tag.split('-').next().unwrap_or_default().trim().to_ascii_lowercase();
            ALL.iter().copied().find(|words| words.language == primary)
        };
        if let Some(words) = asked.and_then(of) {
            return words;
        }
        // `de-CH, fa;q=0.8`: the weight is a decimal, and 1 without one; equal weights stand in their order.
        let mut tags: Vec<(u32, &str)> = preferred
            .split(',')
            .map(|part| {
                let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
                let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
                (thousandths(weight), tag.trim())
            })
            .filter(|(weight, _)| *weight > 0)
            .collect();
        tags.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        tags.into_iter().find_map(|(_, tag)| of(tag)).unwrap_or(&ENGLISH)
    }

    /// What the script says.
    pub(super) fn for_script(&self) -> Map<String, Value> {
        let own = [("play", self.play)];
        self.script.iter().chain(&own).map(|(name, text)| ((*name).to_owned(), (*text).into())).collect()
    }
}

/// A weight of a header in thousandths; 0 for what is not a weight.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<3}");
    let fraction = fraction.get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    whole.parse::<u32>().unwrap_or(0).min(1).saturating_mul(1000).saturating_add(fraction)
}

/// Every language.
pub(super) static ALL: &[&Words] = &[&ENGLISH, &GERMAN, &PERSIAN];

static ENGLISH: Words = Words {
    language: "en",
    direction: "ltr",
    name: "English",
    title: "Pay for what you watch",
    intro: "A demo on a development network: the money is not real. Playing is charged by the second, and stops where the balance does.",
    skip: "To the player",
    languages: "Language",
    film: "Film: sunrise over hills, without sound",
    wallet: "Your balance",
    amount_label: "Amount in EUR",
    amount_value: "1.00",
    hint: "From 1 to 250 EUR. No card is asked for.",
    top_up: "Top up",
    play: "Play",
    stop: "Stop",
    receipt_title: "Receipt",
    receipt: [
        ("time", "Played"),
        ("charge", "Paid"),
        ("balance", "Balance left"),
        ("session", "Session"),
        ("settlement", "Settlement"),
        ("transaction", "Transaction on the chain"),
    ],
    no_script: "The player counts with a script of this page: allow scripts to use it.",
    script: &[
        ("pause", "Pause"),
        ("price", "{price} a minute"),
        ("playing", "It plays. The balance counts down."),
        ("paused", "Paused. Nothing is charged."),
        ("low", "The balance is enough for {seconds} more seconds."),
        ("balance", "The balance is used up. Top up, and play on."),
        ("replaced", "It plays on another device now."),
        ("closed", "The session has ended. Play to begin another."),
        ("stopping", "Stopping …"),
        ("stopped", "Stopped. It cost {charge}."),
        ("seconds", "{seconds} seconds"),
        ("waiting", "waiting for its block …"),
        ("nothing", "nothing was charged"),
        ("later", "It is settled together with what is played later."),
        ("settled", "The charge is settled on the chain."),
        ("added", "{amount} added."),
        ("pending", "The payment is pending. It is added as soon as it is paid."),
        ("refused", "The payment was refused. Nothing was added."),
        ("amount", "Enter an amount from 1 to 250, such as 10.50."),
        ("offline", "The gateway does not answer. It is asked again."),
        ("failed", "That did not work: {why}"),
    ],
};

static GERMAN: Words = Words {
    language: "de",
    direction: "ltr",
    name: "Deutsch",
    title: "Zahlen, was man sieht",
    intro: "Eine Vorführung in einem Entwicklungsnetz: Das Geld ist nicht echt. Abgerechnet wird nach Sekunden, und Schluss ist, wo das Guthaben endet.",
    skip: "Zum Film",
    languages: "Sprache",
    film: "Film: Sonnenaufgang über Hügeln, ohne Ton",
    wallet: "Ihr Guthaben",
    amount_label: "Betrag in EUR",
    amount_value: "1,00",
    hint: "Von 1 bis 250 EUR. Eine Karte wird nicht verlangt.",
    top_up: "Aufladen",
    play: "Abspielen",
    stop: "Beenden",
    receipt_title: "Beleg",
    receipt: [
        ("time", "Gespielt"),
        ("charge", "Bezahlt"),
        ("balance", "Restguthaben"),
        ("session", "Sitzung"),
        ("settlement", "Abrechnung"),
        ("transaction", "Transaktion in der Blockchain"),
    ],
    no_script: "Der Film wird mit einem Skript dieser Seite gezählt: Bitte Skripte erlauben.",
    script: &[
        ("pause", "Pause"),
        ("price", "{price} je Minute"),
        ("playing", "Der Film läuft. Das Guthaben zählt herunter."),
        ("paused", "Angehalten. Es wird nichts berechnet."),
        ("low", "Das Guthaben reicht noch für {seconds} Sekunden."),
        ("balance", "Das Guthaben ist aufgebraucht. Nach dem Aufladen geht es weiter."),
        ("replaced", "Der Film läuft jetzt auf einem anderen Gerät."),
        ("closed", "Die Sitzung ist beendet. „Abspielen“ beginnt eine neue."),
        ("stopping", "Wird beendet …"),
        ("stopped", "Beendet. Es hat {charge} gekostet."),
        ("seconds", "{seconds} Sekunden"),
        ("waiting", "wartet auf ihren Block …"),
        ("nothing", "Es wurde nichts berechnet"),
        ("later", "Sie wird mit dem abgerechnet, was später gespielt wird."),
        ("settled", "Der Betrag ist in der Blockchain abgerechnet."),
        ("added", "{amount} aufgeladen."),
        ("pending", "Die Zahlung steht noch aus. Sie wird gutgeschrieben, sobald sie bezahlt ist."),
        ("refused", "Die Zahlung wurde abgelehnt. Es wurde nichts aufgeladen."),
        ("amount", "Bitte einen Betrag von 1 bis 250 eingeben, etwa 10,50."),
        ("offline", "Das Gateway antwortet nicht. Es wird wieder gefragt."),
        ("failed", "Das ging nicht: {why}"),
    ],
};

static PERSIAN: Words = Words {
    language: "fa",
    direction: "rtl",
    name: "فارسی",
    title: "فقط برای آنچه می‌بینید بپردازید",
    intro: "نمایشی روی شبکهٔ آزمایشی: پول واقعی نیست. هزینه ثانیه‌به‌ثانیه حساب می‌شود و با تمام شدن موجودی، پخش می‌ایستد.",
    skip: "رفتن به پخش‌کننده",
    languages: "زبان",
    film: "فیلم: طلوع خورشید بر فراز تپه‌ها، بدون صدا",
    wallet: "موجودی شما",
    amount_label: "مبلغ به یورو",
    amount_value: "۱٫۰۰",
    hint: "از ۱ تا ۲۵۰ یورو. کارتی لازم نیست.",
    top_up: "افزایش موجودی",
    play: "پخش",
    stop: "پایان",
    receipt_title: "رسید",
    receipt: [
        ("time", "زمان پخش"),
        ("charge", "پرداخت‌شده"),
        ("balance", "موجودی باقی‌مانده"),
        ("session", "نشست"),
        ("settlement", "تسویه"),
        ("transaction", "تراکنش روی زنجیره"),
    ],
    no_script: "پخش با اسکریپت همین صفحه شمرده می‌شود: لطفاً اجرای اسکریپت را مجاز کنید.",
    script: &[
        ("pause", "مکث"),
        ("price", "{price} برای هر دقیقه"),
        ("playing", "در حال پخش است و موجودی کم می‌شود."),
        ("paused", "مکث شد. هزینه‌ای حساب نمی‌شود."),
        ("low", "موجودی برای {seconds} ثانیهٔ دیگر کافی است."),
        ("balance", "موجودی تمام شد. موجودی را افزایش دهید و ادامه دهید."),
        ("replaced", "اکنون روی دستگاه دیگری پخش می‌شود."),
        ("closed", "نشست پایان یافت. برای شروع دوباره «پخش» را بزنید."),
        ("stopping", "در حال پایان دادن …"),
        ("stopped", "پایان یافت. هزینه: {charge}."),
        ("seconds", "{seconds} ثانیه"),
        ("waiting", "در انتظار بلوک …"),
        ("nothing", "هزینه‌ای حساب نشد"),
        ("later", "همراه با پخش‌های بعدی تسویه می‌شود."),
        ("settled", "هزینه روی زنجیره تسویه شد."),
        ("added", "{amount} افزوده شد."),
        ("pending", "پرداخت در انتظار است و پس از انجام، افزوده می‌شود."),
        ("refused", "پرداخت رد شد. چیزی افزوده نشد."),
        ("amount", "مبلغی از ۱ تا ۲۵۰ وارد کنید، مانند ۱۰٫۵۰."),
        ("offline", "درگاه پاسخ نمی‌دهد. دوباره پرسیده می‌شود."),
        ("failed", "انجام نشد: {why}"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_asked_for_or_preferred() {
        for (asked, preferred, language) in [
            (None, "", "en"),
            (None, "de-CH, fa;q=0.8", "de"),
            (None, "fr, fa;q=0.5, de;q=0.7", "de"),
            (None, "fa-IR;q=0.001, de;q=0", "fa"),
            (None, "fr;q=0.9;x, *, zz-;q=x", "en"),
            (Some("fa"), "de", "fa"),
            (Some("DE"), "fa", "de"),
            (Some("xx"), "fa", "fa"),
            (Some("<script>"), "", "en"),
        ] {
            assert_eq!(Words::chosen(asked, preferred).language, language, "{asked:?} {preferred}");
        }
    }

    #[test]
    fn every_language_says_everything() {
        let names = |words: &Words| words.script.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        for words in ALL {
            assert_eq!(names(words), names(&ENGLISH));
            assert!(words.script.iter().all(|(_, text)| !text.is_empty()));
        }
    }
}
