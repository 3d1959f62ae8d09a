// A text as it is kept: the same as `tidy` in domain/text.py, sign for sign (tests/test_browser_text.py holds them together).
"use strict";

window.tidyText = (() => {
  const JOINERS = "\u200c\u200d";
  const EMOJI_STYLE = "\ufe0e\ufe0f";
  const EMOJI_TOO = "#*0123456789\u203c\u2049\u2139\u3030";
  const BLACK_FLAG = "\u{1f3f4}";
  const BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0";
  const SEEN = new Set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}");

  const within = (code, first, last) => code >= first && code <= last;
  const isTag = (sign) => within(sign.codePointAt(0), 0xe0020, 0xe007f);
  const isInvisible = (sign) => {
    const code = sign.codePointAt(0);
    return (
      (/[\p{Cc}\p{Cf}\p{Cs}]/u.test(sign) && !"\n\t".includes(sign) && !SEEN.has(sign)) ||
      BLANK.includes(sign) ||
      within(code, 0xfe00, 0xfe0f) ||
      within(code, 0xe0000, 0xe0fff) ||
      (code & 0xfffe) === 0xfffe ||
      within(code, 0xfdd0, 0xfdef)
    );
  };
  const canJoin = (sign) => /^[\p{L}\p{M}\p{S}]$/u.test(sign);
  const belongs = (sign, before, after) => {
    if (JOINERS.includes(sign)) return canJoin(before) && canJoin(after) && !EMOJI_STYLE.includes(after);
    if (EMOJI_STYLE.includes(sign)) return before !== "" && (EMOJI_TOO.includes(before) || /^[\p{So}\p{Sm}]$/u.test(before));
    return before === BLACK_FLAG || (before !== "" && isTag(before));
  };
  const withoutInvisible = (text) => {
    const mayStay = (sign) => JOINERS.includes(sign) || EMOJI_STYLE.includes(sign) || isTag(sign);
    const signs = [...text].filter((sign) => !isInvisible(sign) || mayStay(sign));
    let before = "";
    return signs
      .filter((sign, place) => {
        if (isInvisible(sign) && !belongs(sign, before, signs[place + 1] || "")) return false;
        before = sign;
        return true;
      })
      .join("");
  };
  // Sorting very many marks on one letter takes long; the server leaves them as they are too.
  const composed = (text) => (/\p{M}{31}/u.test(text) ? text : text.normalize("NFC"));

  return (text, isOneLine) => {
    const alike = text.replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, "\n");
    const clean = composed(withoutInvisible(alike)).trim();
    return isOneLine ? clean.replace(/\s+/g, " ") : clean.replace(/\n{3,}/g, "\n\n");
  };
})();
