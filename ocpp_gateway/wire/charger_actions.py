"""Every action that a charging station may send, in the three versions: the names that may be counted and shown.

OCPP 1.6 §4 and the security whitepaper's additions; 2.0.1 and 2.1 part 2, messages initiated by the station.
"""

_V16 = """
Authorize BootNotification DataTransfer DiagnosticsStatusNotification FirmwareStatusNotification Heartbeat
LogStatusNotification MeterValues SecurityEventNotification SignCertificate SignedFirmwareStatusNotification
StartTransaction StatusNotification StopTransaction
"""
_V201 = """
Authorize BootNotification ClearedChargingLimit DataTransfer FirmwareStatusNotification Get15118EVCertificate
GetCertificateStatus Heartbeat LogStatusNotification MeterValues NotifyChargingLimit NotifyCustomerInformation
NotifyDisplayMessages NotifyEVChargingNeeds NotifyEVChargingSchedule NotifyEvent NotifyMonitoringReport
NotifyReport PublishFirmwareStatusNotification ReportChargingProfiles ReservationStatusUpdate
SecurityEventNotification SignCertificate StatusNotification TransactionEvent
"""
_V21 = """
BatterySwap ClosePeriodicEventStream GetCertificateChainStatus NotifyDERAlarm NotifyDERStartStop
NotifyPeriodicEventStream NotifyPriorityCharging NotifySettlement NotifyWebPaymentStarted
OpenPeriodicEventStream PullDynamicScheduleUpdate ReportDERControl VatNumberValidation
"""

CHARGER_ACTIONS = frozenset((_V16 + _V201 + _V21).split())
