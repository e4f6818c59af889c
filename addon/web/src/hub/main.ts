import "./hub";
