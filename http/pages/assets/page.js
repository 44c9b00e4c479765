// What every page does before it shows its first view.
import {set_text, use_language} from './texts.js';

// The organisation says how to reach its help in one line of text: a number, a mail address, or a page.
function link_of(words) {
  const address = words.trim();
  if (/^https:\/\/\S+$/.test(address)) return address;
  if (/^[^\s@]+@[^\s@]+$/.test(address)) return `mailto:${address}`;
  if (/^\+?[0-9 ()-]{6,}$/.test(address)) return `tel:${address.replace(/[^+0-9]/g, '')}`;
  return undefined;
}

function show_help() {
  const help = document.getElementById('help');
  const support = document.getElementById('support');
  if (help.textContent.trim() === '') {
    set_text(help, 'help.default');
    help.removeAttribute('lang');  // ours follows the language of the page, as its words do
  }
  const words = support.textContent.trim();
  support.hidden = words === '';
  const href = link_of(words);
  if (!href) return;
  const link = document.createElement('a');
  link.href = href;
  link.textContent = words;
  support.replaceChildren(link);
}

/// Loads the words of the language that the page came in, and readies what stands around the views.
export async function prepare_page() {
  await use_language(document.documentElement.lang);
  show_help();
}
