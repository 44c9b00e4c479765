// Dialogs: a question on top of the view, which stays as it is.
import {fill_texts, set_text} from './texts.js';
import {copy_of, on_click, part} from './view.js';

/// Opens <template id="dialog-NAME">. Gives {dialog, closed}: `closed` is a promise of the word that dialog.close(word)
/// was given, or of an empty one where the person turned back: by the button, Escape, or the browser's back button.
export function open_dialog(name) {
  const dialog = copy_of(`dialog-${name}`);
  fill_texts(dialog);
  document.body.append(dialog);
  on_click(dialog, 'cancel', () => dialog.close(''));
  const turn_back = () => dialog.close('');
  addEventListener('popstate', turn_back);
  // Nothing outside a modal dialog is heard.
  const announcements = document.getElementById('announcements');
  dialog.append(announcements);
  dialog.showModal();
  const closed = new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      removeEventListener('popstate', turn_back);
      document.body.prepend(announcements);
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
  return {dialog, closed};
}

/// Turns back from whatever is asked, where the view below is over.
export function close_dialogs() {
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close('');
}

/// Asks whether the person means it. The words are keys of texts; `action` is what the button says that does it.
export async function confirmed({title, about, action, values}) {
  const {dialog, closed} = open_dialog('confirm');
  set_text(part(dialog, 'title'), title, values);
  set_text(part(dialog, 'about'), about, values);
  set_text(part(dialog, 'confirm'), action);
  on_click(dialog, 'confirm', () => dialog.close('confirmed'));
  return (await closed) === 'confirmed';
}
