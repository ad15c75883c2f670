extension CheckoutScript {
    /// Reading, checking and sealing a card. What is typed leaves this part only sealed.
    static let card = ##"""
        // The ranges of the brands that are taken: first digits, lengths, how the number is grouped, digits of the code.
        const BRANDS = [
          { name: "Visa", test: /^4/, lengths: [13, 16, 19], groups: [4, 4, 4, 4, 3], code: 3 },
          // The 2-series runs from 222100 to 272099.
          { name: "Mastercard", test: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16], groups: [4, 4, 4, 4], code: 3 },
          { name: "Amex", test: /^3[47]/, lengths: [15], groups: [4, 6, 5], code: 4 },
        ];
        // What may still become one of them: nothing is wrong with it yet.
        const BEGUN = /^(4|5|5[1-5]|2|22|22[2-9]|2[3-7]|27[0-2]|222[1-9]|272|2720|3|3[47])?$/;
        const digitsOf = (text) => text.replace(/\D/g, "");
        const brandOf = (digits) => BRANDS.find((brand) => brand.test.test(digits));

        function luhn(digits) {
          let sum = 0;
          for (let i = 0; i < digits.length; i++) {
            let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
            if (i % 2 === 1 && (digit *= 2) > 9) digit -= 9;
            sum += digit;
          }
          return sum % 10 === 0;
        }

        function grouped(digits) {
          const groups = (brandOf(digits) || BRANDS[0]).groups;
          const parts = [];
          let start = 0;
          for (const size of groups) {
            if (start >= digits.length) break;
            parts.push(digits.slice(start, start + size));
            start += size;
          }
          return parts.join(" ");
        }

        // Writes grouped digits back and keeps the caret behind the digit it stood behind.
        function regroup(input, format) {
          const isAtEnd = input.selectionStart === input.value.length;
          const before = digitsOf(input.value.slice(0, input.selectionStart)).length;
          const text = format(input.value);
          if (text === input.value) return;
          input.value = text;
          let place = 0;
          for (let seen = 0; place < text.length && seen < before; place++) if (/\d/.test(text[place])) seen++;
          if (isAtEnd) place = text.length;
          if (document.activeElement === input) input.setSelectionRange(place, place);
        }

        function numberProblem(digits) {
          if (!digits) return "noNumber";
          const brand = brandOf(digits);
          if (!brand) return BEGUN.test(digits) ? "badNumber" : "badBrand";
          return brand.lengths.includes(digits.length) && luhn(digits) ? null : "badNumber";
        }

        // "9/30", "09 / 2030", "0930": month and four-digit year, or null.
        function expiryOf(text) {
          const found = text.trim().match(/^(\d{1,2})\s*[\/.\- ]\s*(\d{4}|\d{2})$/) || text.trim().match(/^(\d{2})(\d{4}|\d{2})$/);
          if (!found) return null;
          const month = Number(found[1]);
          const year = Number(found[2]) + (found[2].length === 2 ? 2000 : 0);
          return month >= 1 && month <= 12 && year < 2100 ? { month, year } : null;
        }

        function expiryText(text) {
          if (/^\d{2}\s*\/\s*\d{4}$/.test(text.trim())) return text;
          const digits = digitsOf(text);
          if (/^\d\s*\//.test(text)) return "0" + text.trim()[0] + " / " + digits.slice(1, 5);
          if (/^[2-9]$/.test(digits)) return "0" + digits + " / ";
          return digits.length > 2 ? digits.slice(0, 2) + " / " + digits.slice(2, 6) : digits;
        }

        function expiryProblem(text, now) {
          const expiry = expiryOf(text);
          if (!expiry) return "noExpiry";
          const past = expiry.year < now.getUTCFullYear() || (expiry.year === now.getUTCFullYear() && expiry.month < now.getUTCMonth() + 1);
          return past ? "expired" : null;
        }

        const canSeal = () => Boolean(window.isSecureContext && window.crypto && window.crypto.subtle);

        // RSA-OAEP with SHA-256 to the gateway's key of the day. Only that key opens it, for a quarter of an hour, and only
        // for this checkout. The time is the gateway's: a device's own clock may be wrong.
        async function seal(card, checkout) {
          const { key, elapsed } = await intakeKey();
          const plain = JSON.stringify({
            number: card.number, exp_month: card.month, exp_year: card.year, cvc: card.code, checkout,
            issued_at: key.now + Math.floor(elapsed / 1000),
          });
          const jwk = { kty: key.jwk.kty, n: key.jwk.n, e: key.jwk.e, alg: "RSA-OAEP-256", ext: true, key_ops: ["encrypt"] };
          const publicKey = await crypto.subtle.importKey("jwk", jwk, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
          const box = await crypto.subtle.encrypt({ name: "RSA-OAEP" }, publicKey, new TextEncoder().encode(plain));
          return { key: key.id, ciphertext: btoa(String.fromCharCode(...new Uint8Array(box))) };
        }

        let keyInUse = null;
        async function intakeKey() {
          const elapsed = keyInUse ? performance.now() - keyInUse.at : Infinity;
          // A page may lie open for hours, and a device that sleeps may stop counting.
          if (elapsed > 300000) {
            const answer = await call("GET", "/checkout/intake-key");
            if (answer.status !== 200) throw new Failure("busy");
            keyInUse = { key: answer.body, at: performance.now() };
            return { key: keyInUse.key, elapsed: 0 };
          }
          return { key: keyInUse.key, elapsed };
        }

        """##
}
