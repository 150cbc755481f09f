"""Settings of chargers that nobody may read, as chargers write them."""

SECRET_SETTINGS = (
    "AuthorizationKey",
    "BasicAuthPassword",
    "SecurityCtrlr.BasicAuthPassword",
    "apn_password",
    "apnPassword",
    "SharedSecret",
    "SimPin",
    "sim_pin",
    "WIFI-PASSWORD",
)
