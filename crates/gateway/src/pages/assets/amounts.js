// Amounts as people write and read them: `10.5`, `10,5`, `۱۰٫۵`. On the wire they are ASCII with a dot.

const DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;

/** The separator of decimals in a language: "." or ",". */
function decimalOf(language) {
  const parts = new Intl.NumberFormat(language, { numberingSystem: "latn" }).formatToParts(1.5);
  return parts.find((part) => part.type === "decimal")?.value === "," ? "," : ".";
}

/**
 * The amount of a text, as "10.5"; nothing where it is none, or could be read in two ways.
 * Persian and Arabic digits and separators are read too.
 */
export function readAmount(text, language) {
  let plain = text.replace(DIGITS, (digit) => String(digit.charCodeAt(0) & 0xf));
  plain = plain.replace(/[\s\u00a0\u202f\u200e\u200f\u061c€]/g, "");
  if (plain.includes("٫")) plain = plain.replace(/[٬,]/g, "").replace("٫", ".");
  else {
    plain = plain.replaceAll("٬", "");
    const [dot, comma] = [plain.lastIndexOf("."), plain.lastIndexOf(",")];
    if (dot >= 0 && comma >= 0) {
      const group = dot > comma ? "," : ".";
      plain = plain.replaceAll(group, "").replace(",", ".");
    } else if (comma >= 0 || dot >= 0) {
      const separator = comma >= 0 ? "," : ".";
      const isGroup = /^\d{1,3}([.,]\d{3})+$/.test(plain);
      // "1,000" is a thousand in English, and one in German: the page's language decides.
      if (isGroup && decimalOf(language) !== separator) plain = plain.replaceAll(separator, "");
      else plain = plain.replace(separator, ".");
    }
  }
  const match = /^0*(\d+)(?:\.(\d{0,2})0*)?$/.exec(plain);
  if (!match) return null;
  const cents = (match[2] ?? "").replace(/0+$/, "");
  return cents ? `${match[1]}.${cents}` : match[1];
}

/** Shows amounts in a language with all their digits, and at least two. */
export function exactFormat(language) {
  return (units) => {
    const fraction = (units < 0n ? -units : units) % 100000000n;
    const digits = fraction.toString().padStart(8, "0").replace(/0+$/, "").length;
    return amountFormat(language, Math.max(2, digits))(units);
  };
}

/** Shows amounts in a language: rounded down to so many digits, and never "-0.00". */
export function amountFormat(language, digits) {
  const options = { style: "currency", currency: "EUR", minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat(language, options);
  const scale = 10n ** BigInt(8 - digits);
  return (units) => {
    const size = units < 0n ? -units : units;
    const steps = size / scale;
    const isNegative = units < 0n && steps > 0n;
    const one = 10n ** BigInt(digits);
    const text = `${isNegative ? "-" : ""}${steps / one}.${(steps % one).toString().padStart(digits, "0")}`;
    // These are far below what a double holds exactly.
    return format.format(Number(text));
  };
}
