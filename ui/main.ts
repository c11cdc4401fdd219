import "$shared/base.css";
import { mount } from "svelte";
import { backend } from "$backend";
import App from "./App.svelte";
import { applyLanguage } from "./shared/language.svelte";
import { applyTheme } from "./shared/theme.svelte";
import { fetchWhatComesLater } from "./views/later";

applyTheme();
applyLanguage();

const target = document.getElementById("app");
if (target) mount(App, { target, props: { backend } });
fetchWhatComesLater();
