import "$shared/base.css";
import { mount } from "svelte";
import { backend } from "$backend";
import App from "./App.svelte";
import { getLocale } from "./paraglide/runtime.js";
import { applyTheme } from "./shared/theme.svelte";

applyTheme();
document.documentElement.lang = getLocale();

const target = document.getElementById("app");
if (target) mount(App, { target, props: { backend } });
