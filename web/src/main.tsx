import { render } from "preact";

import { createAccess } from "./access";
import { createApi } from "./api";
import { App } from "./components/App/App";
import { openPanel } from "./development";
import { createSpeaker } from "./speech";
import { storage } from "./storage";
import { createStore } from "./store";
import "./styles/base.css";

const access = createAccess(async (oidc) => (await import("./oidc")).openSession(oidc));
const api = createApi(access);
const speaker = createSpeaker(api);
const store = createStore({
  api,
  access,
  storage,
  now: () => Date.now(),
  newID: () => crypto.randomUUID(),
  after: (milliseconds, action) => {
    setTimeout(action, milliseconds);
  },
  heard: (sayings) => {
    const { voice, language } = store.get().client;
    speaker.say(sayings, voice, language);
  },
});

const app = document.querySelector("#app");
if (app !== null) {
  render(<App store={store} access={access} speaker={speaker} panel={openPanel(store)} />, app);
  addEventListener("online", () => {
    store.resume();
  });
  void store.start();
}
