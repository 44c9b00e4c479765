// A virtual phone: the messages that the demo's phone got at one number.
import {until} from './wait.mjs';

export class Phone {
  #seen = 0;

  constructor(service, number) {
    this.service = service;
    this.number = number;
  }

  /** All of them, newest first. */
  async messages() {
    const answer = await fetch(`${this.service.public}/demo/messages?to=${encodeURIComponent(this.number)}`);
    return (await answer.json()).messages;
  }

  /** The code of the next message with one that was not looked at before. */
  async code() {
    const codes = await until(`a code for ${this.number}`, async () => {
      const found = (await this.messages()).filter(({code}) => code);
      return found.length > this.#seen && found;
    });
    this.#seen = codes.length;
    return codes[0].code;
  }
}
