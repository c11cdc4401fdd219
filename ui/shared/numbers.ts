import { forLocale } from "./locale";

function format(options: Intl.NumberFormatOptions): (value: number) => string {
  const formatter = forLocale((locale) => new Intl.NumberFormat(locale, options));
  return (value) => formatter().format(value);
}

/** As in `1,250` or `0.25`. */
export const number = format({});

const signed = format({
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});

/** As in `−3.2` or `+10.0`. */
export function signedTenths(value: number): string {
  return signed(value).replace("-", "−");
}
