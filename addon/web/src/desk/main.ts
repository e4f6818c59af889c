import "./desk";
