// Devices that skip the second step, how long they do, and phones that log in with the app.
import {call, is_logged_out} from './api.js';
import {confirmed} from './dialog.js';
import {handle_form, trouble_of} from './form.js';
import {item, load, on_command, say_done} from './section.js';
import {with_step_up} from './step_up.js';
import {date_text, set_text, text, time_text} from './texts.js';
import {add_notice, part} from './view.js';

const DEVICES = '/v1/account/devices';
const PHONES = '/v1/app/devices';

/// What the service calls a device ('Firefox on Windows'), in the language that is shown.
export const device_text = (name) => name.replace(' on ', ` ${text('devices.on')} `);

/// Without two-step verification there is nothing that a device could skip.
export function show_devices(section, two_step, context) {
  section.hidden = !two_step.enabled;
  if (!two_step.enabled) return;
  offer_durations(section, two_step.remember, context);
  on_command(section, part(section, 'all'), context, () => forget_all(), () => forgotten(section, context));
  list_devices(section, context);
}

function offer_durations(section, remember, context) {
  const form = section.querySelector('form');
  form.elements.duration.value = remember;
  handle_form(form, async ({duration}, key) => {
    const answer = await with_step_up(() => call('PUT', '/v1/account/remember', {duration}, {key}));
    if (is_logged_out(answer)) return context.on_logged_out();
    if (!answer.ok) return trouble_of(answer, {invalid_duration: {field: 'duration'}});
    add_notice(section, 'settings.saved');
    await list_devices(section, context);
  });
}

async function forget_all() {
  const words = {title: 'devices.forget_all_title', about: 'devices.forget_all_about', action: 'devices.forget_all'};
  return (await confirmed(words)) ? call('DELETE', DEVICES) : undefined;
}

async function forgotten(section, context) {
  await list_devices(section, context);
  say_done(section, 'devices.forgotten');
}

const list_devices = (section, context) =>
  load(section, DEVICES, context, ({devices}) => {
    part(section, 'none').hidden = devices.length > 0;
    part(section, 'all').hidden = devices.length < 2;
    part(section, 'rows').replaceChildren(...devices.map((device) => row_of_device(device, section, context)));
  });

function row_of_device({device, name, current, until, last_used_at}, section, context) {
  const row = item('row');
  const called = name ? device_text(name) : text('devices.unknown');
  part(row, 'name').textContent = called;
  part(row, 'current').hidden = !current;
  set_text(part(row, 'about'), 'devices.until', {until: time_text(until), used: time_text(last_used_at)});
  const remove = say_remove(row, 'devices.forget', called);
  const path = `${DEVICES}/${encodeURIComponent(device)}`;
  on_command(section, remove, context, () => call('DELETE', path), () => forgotten(section, context));
  return row;
}

function say_remove(row, key, name) {
  const button = part(row, 'remove');
  set_text(button, key);
  button.setAttribute('aria-label', `${text(key)}: ${name}`);
  return button;
}

/// The section is there for whoever has the app on a phone.
export async function show_phones(section, context) {
  await load(section, PHONES, context, ({app_devices: phones}) => {
    section.hidden = phones.length === 0;
    part(section, 'rows').replaceChildren(...phones.map((phone) => row_of_phone(phone, section, context)));
  });
}

async function remove_phone({app_device, name}) {
  const words = {title: 'phones.remove_title', about: 'phones.remove_about', action: 'phones.remove', values: {name}};
  return (await confirmed(words)) ? call('DELETE', `${PHONES}/${encodeURIComponent(app_device)}`) : undefined;
}

function row_of_phone(phone, section, context) {
  const row = item('row');
  part(row, 'name').textContent = phone.name;
  const about = phone.locked ? 'phones.locked' : phone.last_used_at ? 'phones.used' : 'phones.bound';
  set_text(part(row, 'about'), about, {
    bound: date_text(phone.bound_at),
    used: phone.last_used_at && time_text(phone.last_used_at),
  });
  const remove = say_remove(row, 'phones.remove', phone.name);
  on_command(section, remove, context, () => remove_phone(phone), () => context.on_saved('phones.removed'));
  return row;
}
