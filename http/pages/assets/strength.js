// About how hard a password is to guess. It is worked out here, and the password goes nowhere for it. It is a hint: the
// service decides, and knows the passwords that have leaked.

// What people who guess try first, and what a password is not harder to guess for. In both languages of our people.
const USUAL = (
  'wachtwoord welkom password passw0rd welcome qwerty azerty letmein login admin geheim secret zorg tweestap ' +
  'amsterdam rotterdam utrecht nederland holland ajax feyenoord winter lente zomer herfst spring summer autumn ' +
  'januari februari maart april juni juli augustus september oktober november december maandag dinsdag vrijdag'
).split(' ');

const SHORTEST_PART = 4;  // of a name or address that counts as known
const WEAK_BITS = 36;  // an attacker with the stored hashes is through in hours
const FAIR_BITS = 56;

/// 'weak', 'fair' or 'good'. `own` are texts that others know of the person, such as their e-mail address.
export function strength_of(password, own) {
  const known = [...USUAL, ...own.flatMap((words) => words.toLowerCase().split(/[^\p{L}\p{N}]+/u))].filter(
    (word) => word.length >= SHORTEST_PART,
  );
  let rest = password.toLowerCase();
  let bits = 0;
  for (const word of known) {
    if (!rest.includes(word)) continue;
    rest = rest.replaceAll(word, '\u0000');
    bits += Math.log2(known.length);
  }
  bits += surprises(rest) * Math.log2(alphabet_of(password));
  return bits < WEAK_BITS ? 'weak' : bits < FAIR_BITS ? 'fair' : 'good';
}

// How many characters the one before does not make likely: the same again ('aaa'), the next in order ('456', '654').
function surprises(text) {
  const points = [...text].filter((symbol) => symbol !== '\u0000').map((symbol) => symbol.codePointAt(0));
  return points.filter((point, i) => i === 0 || Math.abs(point - points[i - 1]) > 1).length;
}

// How many characters whoever guesses has to try at each place. Letters in words are likelier than their number says.
function alphabet_of(password) {
  const kinds = [
    [/\p{Ll}/u, 18],
    [/\p{Lu}/u, 8],
    [/\p{N}/u, 10],
    [/[^\p{L}\p{N}]/u, 12],
  ];
  return kinds.reduce((sum, [kind, size]) => (kind.test(password) ? sum + size : sum), 0);
}
